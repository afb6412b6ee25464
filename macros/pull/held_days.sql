{% macro held_days(scope) -%}
    {#- The days whose missing rows are not believed. Runs that were never queued have no day to name: who
        accepts any day accepts them too. -#}
    select
        missing.queued_day,
        coalesce(known.run_count, missing.missing_runs) as known_runs,
        missing.missing_runs
    from (
        select known_day as queued_day, count(*) as missing_runs
        from pull_differences
        where
            difference = 'missing'
            {%- if scope.accepted %}
                and not coalesce(
                    known_queued_at >= timestamptz '{{ scope.accepted[0] }}'
                    and known_queued_at < timestamptz '{{ scope.accepted[1] }}',
                    true
                )
            {%- endif %}
        group by known_day
    ) as missing
    left join {{ source('pulled', 'pulled_days') }} as known
        on missing.queued_day is not distinct from known.queued_day
    where
        missing.missing_runs >= coalesce(known.run_count, 0)
        or missing.missing_runs > greatest(
            {{ pull_limit('delete_share') }} * known.run_count, {{ pull_limit('delete_least') }}
        )
{%- endmacro %}
