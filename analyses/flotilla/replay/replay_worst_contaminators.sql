-- The donors whose memory, handed on to runs of other commands, cost most.
with

contaminations as (

    select * from {{ ref('flotilla__contaminations') }}
    where queued_at < {{ as_of_end() }}

)

select
    donor_run_id,
    definition_alias,
    donor_memory_mb,
    count(*) as contaminated_run_count,
    count(distinct recipient_command_md5) as recipient_commands,
    max(donor_age_hours) as oldest_donor_age_hours,
    cast(sum(contaminated_gb_hours) filter (
        where finished_at < {{ as_of_end() }}
    ) as decimal(18, 6)) as contaminated_gb_hours
from contaminations
group by donor_run_id, definition_alias, donor_memory_mb
order by contaminated_gb_hours desc nulls last, contaminated_run_count desc, donor_run_id asc
limit 20
