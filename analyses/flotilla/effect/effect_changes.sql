-- The changes that are known, with the days that are compared; the definition with most elevated
-- runs before each, for who names none.
with

ranked as (

    select
        change,
        cohort,
        row_number() over (
            partition by change order by before_event_count desc, {{ text_key('cohort') }}
        ) as place
    from {{ ref('int_effects__sides_counted') }}
    where outcome = 'elevated' and cohort_kind = 'definition' and before_event_count > 0

)

select
    windows.change,
    windows.begins_at,
    windows.in_effect_at,
    windows.what_changed,
    windows.certainty,
    windows.overlapping_change,
    windows.overlap_hours,
    windows.before_from,
    windows.before_until,
    windows.after_from,
    windows.after_until,
    ranked.cohort as most_elevated
from {{ ref('int_effects__windows') }} as windows
left join ranked on windows.change = ranked.change and ranked.place = 1
order by windows.begins_at, windows.change
