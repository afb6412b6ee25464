{%- set days = shift_days() %}
{%- set cohort = 'partition by counted.outcome, counted.cohort_kind, counted.cohort'
    ~ ' order by counted.day_number' %}
{%- set sides = {
    'before': 'range between ' ~ days.before ~ ' preceding and 1 preceding',
    'after': 'range between current row and ' ~ (days.after - 1) ~ ' following',
} %}

with

daily as (

    select
        *,
        cast(queued_day - date '2000-01-01' as integer) as day_number
    from {{ ref('int_effects__outcomes_daily') }}

),

counted as (

    {% for kind, cohort in [('definition', 'cohort'), ('all', "'all'")] -%}
        select
            outcome,
            '{{ kind }}' as cohort_kind,
            {{ cohort }} as cohort,
            queued_day,
            day_number,
            cast(sum(run_count) as bigint) as run_count,
            cast(sum(event_count) as bigint) as event_count
        from daily
        group by outcome, queued_day, day_number{{ ', cohort' if kind == 'definition' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

squared as (

    select
        *,
        cast(event_count * event_count as double precision) / run_count as squares
    from counted

),

-- What always or never happens cannot shift.
varying as (

    select
        outcome,
        cohort_kind,
        cohort
    from counted
    group by outcome, cohort_kind, cohort
    having sum(event_count) > 0 and sum(event_count) < sum(run_count)

),

summed as (

    select
        counted.outcome,
        counted.cohort_kind,
        counted.cohort,
        counted.queued_day,
        counted.day_number,
        cast(sum(counted.run_count) over before_days as bigint) as before_run_count,
        cast(sum(counted.event_count) over before_days as bigint) as before_event_count,
        count(*) over before_days as before_days,
        {{ exact_sum('counted.squares', 'over before_days') }} as before_squares,
        cast(sum(counted.run_count) over after_days as bigint) as after_run_count,
        cast(sum(counted.event_count) over after_days as bigint) as after_event_count,
        count(*) over after_days as after_days,
        {{ exact_sum('counted.squares', 'over after_days') }} as after_squares
    from squared as counted
    inner join varying
        on
            counted.outcome = varying.outcome
            and counted.cohort_kind = varying.cohort_kind
            and counted.cohort = varying.cohort
    window
        before_days as ({{ cohort }} {{ sides.before }}),
        after_days as ({{ cohort }} {{ sides.after }})

),

shares as (

    select
        *,
        cast(before_event_count as double precision) / before_run_count as before_share,
        cast(after_event_count as double precision) / after_run_count as after_share,
        cast(before_event_count + after_event_count as double precision)
        / (before_run_count + after_run_count) as common_share,
        before_days + after_days - 2 as degrees
    from summed
    where
        before_days >= {{ threshold('effect_shift_least_before_days') }}
        and after_days >= {{ threshold('effect_shift_least_after_days') }}

),

-- Pearson's statistic of the days of both windows, each around its own share.
dispersed as (

    select
        *,
        common_share * (1 - common_share) as run_variance,
        greatest(1e0, (
            before_squares - before_event_count * before_share
            + after_squares - after_event_count * after_share
        ) / (common_share * (1 - common_share)) / degrees) as dispersion
    from shares
    where common_share > 0 and common_share < 1

),

compared as (

    select
        *,
        (after_share - before_share) * (after_share - before_share)
        / (run_variance * dispersion * (1e0 / before_run_count + 1e0 / after_run_count))
            as squared_t
    from dispersed

)

-- Student's t as the square of a normal variable (Wallace 1959): the dispersion is estimated.
select
    outcome,
    cohort_kind,
    cohort,
    queued_day,
    day_number,
    before_run_count,
    before_event_count,
    before_share,
    after_run_count,
    after_event_count,
    after_share,
    after_days,
    run_variance,
    dispersion,
    degrees * ln(1 + squared_t / degrees)
    * power((8e0 * degrees + 1) / (8e0 * degrees + 3), 2) as squared_z
from compared
