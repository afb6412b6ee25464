-- How many stored hashes the runs at the cap have, by day and definition.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    definition_alias as alias,
    cast(sum(at_cap_run_count) as bigint) as run_count,
    cast(sum(distinct_command_hashes) as bigint) as distinct_command_hashes
from allocation
where
    at_cap_run_count > 0
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day, definition_alias
order by queued_day, sum(at_cap_run_count) desc, {{ text_key('definition_alias') }}
