with

windows as (

    select * from {{ ref('int_effects__windows') }}

),

placed as (

    select
        windows.change,
        case when daily.queued_day <= windows.before_until then 'before' else 'after' end as side,
        daily.queued_day,
        daily.outcome,
        daily.cohort,
        daily.is_untouched,
        daily.run_count,
        daily.event_count
    from windows
    inner join {{ ref('int_effects__outcomes_daily') }} as daily
        on
            daily.queued_day between windows.before_from and windows.before_until
            or daily.queued_day between windows.after_from and windows.after_until

)

{% for kind, cohort, where in [
    ('definition', 'cohort', 'true'), ('all', "'all'", 'true'), ('untouched', "'untouched'", 'is_untouched')
] -%}
    select
        change,
        side,
        outcome,
        '{{ kind }}' as cohort_kind,
        {{ cohort }} as cohort,
        queued_day,
        cast(sum(run_count) as bigint) as run_count,
        cast(sum(event_count) as bigint) as event_count
    from placed
    where {{ where }}
    group by change, side, outcome, queued_day{{ ', cohort' if kind == 'definition' }}
    {{ 'union all' if not loop.last }}
{% endfor %}
