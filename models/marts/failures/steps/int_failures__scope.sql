{%- set from_var = "'" ~ var('failures_from') ~ "'" %}
{%- set until_var = "'" ~ var('failures_until') ~ "'" %}
{%- set days_var = "'" ~ var('failure_lookback_days') ~ "'" %}
{%- set threshold_var = "'" ~ var('failure_pattern_threshold') ~ "'" %}

with

-- An analysis is asked for a window; the marts answer for the last days that are known.
asked as (

    select
        cast(nullif({{ from_var }}, '') as timestamptz) as asked_from,
        cast(nullif({{ until_var }}, '') as timestamptz) as asked_until,
        cast(nullif({{ days_var }}, '') as integer) as asked_days,
        cast(nullif({{ threshold_var }}, '') as integer) as asked_threshold

),

last_known as (

    select max(known_day) as last_day
    from (
        select max(failed_day) as known_day from {{ ref('failures__failures') }}
        union all
        select max(started_day) as known_day from {{ ref('attempts__attempts') }}
    ) as known_days

),

windows as (

    select
        coalesce(
            asked.asked_days, cast({{ threshold('failure_lookback_days') }} as integer)
        ) as lookback_days,
        coalesce(
            asked.asked_threshold, cast({{ threshold('failure_pattern_threshold') }} as integer)
        ) as pattern_threshold,
        coalesce(asked.asked_until, {{ day_start('last_known.last_day + 1') }}) as window_until,
        coalesce(asked.asked_until, timestamptz 'infinity') as known_until,
        coalesce(
            asked.asked_from,
            {{ day_start(
                'last_known.last_day + 1 - cast(' ~ threshold('failure_lookback_days') ~ ' as integer)'
            ) }}
        ) as window_from,
        coalesce(
            asked.asked_from,
            {{ day_start(
                'last_known.last_day + 1 - cast(' ~ threshold('failure_node_window_days') ~ ' as integer)'
            ) }}
        ) as subject_window_from,
        coalesce({{ to_day('asked.asked_until') }}, last_known.last_day) as last_day
    from asked
    cross join last_known

)

select
    window_from - (window_until - window_from) as previous_from,
    window_from,
    window_until,
    known_until,
    subject_window_from,
    {{ to_day('subject_window_from') }} as first_day,
    last_day,
    lookback_days,
    pattern_threshold
from windows
