{% macro count_differences(differences, scope) -%}
    {#- How many runs differ so that a pull has something to do, and how many rows are set aside as they were.
        What the source no longer keeps is neither (`forget_retained_runs`). -#}
    select
        count(*) filter (where not is_set_aside) as differing,
        count(*) filter (where is_set_aside) as set_aside
    from (
        select
            found.difference = 'unusable' and coalesce(quarantined.reason = found.unusable_because, false)
                as is_set_aside
        from ({{ differences }}) as found
        left join {{ source('operations', 'quarantined_runs') }} as quarantined
            on {{ readable_text('found.run_id') }} = quarantined.run_id
        where
            not coalesce(
                found.difference = 'missing' and found.known_queued_at < timestamptz '{{ scope.oldest }}', false
            )
    ) as judged
{%- endmacro %}
