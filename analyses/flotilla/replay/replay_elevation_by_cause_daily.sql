-- Elevated by the published rule, and how many of those ARA elevated, by whole day of the last two
-- weeks; memory-hours as far as they are known today.
with

elevation as (

    select * from {{ ref('flotilla__elevation_daily') }}
    where queued_day < {{ as_of_open_day() }} and queued_day > {{ as_of_today() }} - 14

)

select
    queued_day,
    cast(sum(elevated_run_count) as bigint) as elevated_run_count,
    cast(sum(elevated_ara_enabled_run_count) as bigint) as elevated_ara_enabled_run_count,
    cast(sum(elevated_ara_run_count) as bigint) as elevated_ara_run_count,
    cast(sum(elevated_run_request_count) as bigint) as elevated_run_request_count,
    cast(sum(contaminated_run_count) as bigint) as contaminated_run_count,
    cast(sum(contaminated_gb_hours) as decimal(18, 6)) as contaminated_gb_hours
from elevation
group by queued_day
order by queued_day
