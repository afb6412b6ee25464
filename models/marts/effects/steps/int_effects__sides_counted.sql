{%- set sides = ['before', 'after'] %}

with

counted as (

    select
        change,
        outcome,
        cohort_kind,
        cohort,
        {% for side in sides -%}
            cast(coalesce(sum(run_count) filter (where side = '{{ side }}'), 0) as bigint)
                as {{ side }}_run_count,
            cast(coalesce(sum(event_count) filter (where side = '{{ side }}'), 0) as bigint)
                as {{ side }}_event_count,
            count(*) filter (where side = '{{ side }}') as {{ side }}_days_with_runs,
        {% endfor -%}
        {{ exact_sum(
            "case when side = 'before' then "
            ~ "cast(event_count * event_count as double precision) / run_count end"
        ) }} as before_squares
    from {{ ref('int_effects__days_compared') }}
    group by change, outcome, cohort_kind, cohort

),

shares as (

    select
        *,
        cast(before_event_count as double precision) / nullif(before_run_count, 0) as before_share,
        cast(after_event_count as double precision) / nullif(after_run_count, 0) as after_share,
        cast(before_run_count as double precision) / greatest(before_days_with_runs, 1)
            as before_daily_runs,
        cast(after_run_count as double precision) / greatest(after_days_with_runs, 1)
            as after_daily_runs
    from counted

),

-- Pearson's statistic of the daily counts of before, which is 1 where days differ by chance alone.
dispersed as (

    select
        *,
        case
            when before_days_with_runs > 1 and before_share > 0 and before_share < 1
                then
                    greatest(before_squares - before_event_count * before_share, 0)
                    / (before_share * (1 - before_share))
                    / (before_days_with_runs - 1)
        end as dispersion
    from shares

),

correlated as (

    select
        *,
        case
            when dispersion is not null and before_daily_runs > 1
                then least(1e0, greatest(0e0, (dispersion - 1) / (before_daily_runs - 1)))
        end as day_correlation
    from dispersed

)

select
    change,
    outcome,
    cohort_kind,
    cohort,
    {% for side in sides -%}
        {{ side }}_run_count,
        {{ side }}_event_count,
        {{ side }}_days_with_runs,
        {{ side }}_share,
        cast(
            {{ side }}_run_count / (
                1 + greatest(0e0, {{ side }}_daily_runs - 1) * coalesce(day_correlation, 0)
            )
            as decimal(18, 3)
        ) as {{ side }}_effective_runs,
    {% endfor -%}
    dispersion,
    day_correlation
from correlated
