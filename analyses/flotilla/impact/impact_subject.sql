-- What the impact report is about, one row: the definition that the var `definition` names, or the
-- one with the most elevated runs before the fix; the days that are compared; the caps of the last
-- ten days.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

),

moments as (

    select * from {{ ref('int_flotilla__days_around_fix') }}

),

-- Elevated runs before the fix decide; without one, those of all days.
candidates as (

    select
        allocation.definition_alias,
        coalesce(sum(allocation.run_count) filter (
            where allocation.is_elevated and allocation.queued_day <= moments.before_day
        ), 0) as before_count,
        coalesce(sum(allocation.run_count) filter (
            where allocation.is_elevated
        ), 0) as elevated_count,
        count(*) filter (
            where allocation.definition_alias = '{{ var("definition") }}'
        ) as asked_count
    from allocation
    cross join moments
    where allocation.definition_alias is not null
    group by allocation.definition_alias

),

chosen as (

    select
        definition_alias,
        before_count,
        asked_count
    from candidates
    where elevated_count > 0 or asked_count > 0
    order by
        asked_count desc, before_count desc, elevated_count desc, {{ text_key('definition_alias') }}
    limit 1

),

days as (

    select
        queued_day,
        sum(run_count) as run_count
    from allocation
    group by queued_day

),

caps as (

    select
        min(max_memory_mb) as lowest_cap_mb,
        max(max_memory_mb) as highest_cap_mb
    from {{ ref('int_flotilla__policies_in_force') }}
    where
        valid_from_utc < {{ as_of_end() }}
        and ({{ to_day('valid_to_utc') }} >= {{ as_of_today() }} - 10 or valid_to_utc is null)

)

select
    chosen.definition_alias as definition,
    coalesce(chosen.asked_count > 0, false) as is_definition_known,
    chosen.before_count as elevated_before_count,
    caps.lowest_cap_mb,
    caps.highest_cap_mb,
    moments.before_day,
    moments.after_day,
    moments.deployed_at,
    moments.before_day < {{ as_of_open_day() }} as is_before_day_over,
    moments.after_day < {{ as_of_open_day() }} as is_after_day_over,
    before_days.run_count as before_run_count,
    after_days.run_count as after_run_count
from caps
cross join moments
left join chosen on 1 = 1
left join days as before_days on moments.before_day = before_days.queued_day
left join days as after_days on moments.after_day = after_days.queued_day
