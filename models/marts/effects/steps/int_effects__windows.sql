with

days_known as (

    select
        min(queued_day) as first_day,
        {{ as_of_open_day() }} - 1 as last_day
    from {{ ref('int_effects__outcomes_daily') }}

),

moments as (

    select
        *,
        {{ to_day('begins_at') }} - 1 as last_before,
        {{ to_day("(in_effect_at - interval '1 microsecond')") }} + 1 as first_after,
        {{ to_day("(previous_in_effect_at - interval '1 microsecond')") }} + 1 as since_previous,
        {{ to_day('next_begins_at') }} - 1 as until_next,
        {{ asked_days('effect_before_days', threshold('effect_before_days')) }} as before_days,
        {{ asked_days('effect_after_days', threshold('effect_after_days')) }} as after_days
    from {{ ref('int_effects__changes_known') }}

),

windows as (

    select
        moments.*,
        greatest(
            days_known.first_day,
            coalesce(
                {{ asked_day('effect_before_from') }},
                greatest(moments.last_before - moments.before_days + 1, moments.since_previous)
            )
        ) as before_from,
        coalesce({{ asked_day('effect_before_until') }}, moments.last_before) as before_until,
        coalesce({{ asked_day('effect_after_from') }}, moments.first_after) as after_from,
        least(
            days_known.last_day,
            coalesce(
                {{ asked_day('effect_after_until') }},
                least(moments.first_after + moments.after_days - 1, moments.until_next)
            )
        ) as after_until
    from moments
    cross join days_known

)

select
    change,
    policy_version,
    begins_at,
    in_effect_at,
    what_changed,
    certainty,
    overlapping_change,
    overlap_hours,
    before_from,
    before_until,
    after_from,
    case when after_until >= after_from then after_until end as after_until
from windows
