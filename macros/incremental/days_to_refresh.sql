{% macro days_to_refresh(runs, measures={}) -%}
    {#- The days an incremental build of a day-grain model makes again: within the lookback, with
        other counts than the model holds, or with runs that were not final when it counted. -#}
    with lookback as (

        select max(queued_day) - cast({{ threshold('lookback_days') }} as integer) as starts_on
        from {{ this }}

    ),

    days as (

        select
            queued_day,
            count(*) as run_count,
            count(*) filter (where is_definition_missing) as undefined_run_count
            {%- for measure, aggregate in measures.items() %},
                {{ aggregate }} as {{ measure }}
            {%- endfor %}
        from {{ runs }}
        where queued_day is not null
        group by queued_day

    ),

    known_days as (

        select
            queued_day,
            sum(run_count) as run_count,
            sum(open_run_count) as open_run_count,
            sum(undefined_run_count) as undefined_run_count
            {%- for measure in measures %},
                sum({{ measure }}) as {{ measure }}
            {%- endfor %}
        from {{ this }}
        group by queued_day

    )

    select days.queued_day
    from days
    left join known_days on days.queued_day = known_days.queued_day
    where
        days.queued_day >= (select starts_on from lookback)
        or known_days.queued_day is null
        or known_days.run_count <> days.run_count
        or known_days.undefined_run_count <> days.undefined_run_count
        or known_days.open_run_count > 0
        {%- for measure in measures %}
            or known_days.{{ measure }} <> days.{{ measure }}
        {%- endfor %}
{%- endmacro %}
