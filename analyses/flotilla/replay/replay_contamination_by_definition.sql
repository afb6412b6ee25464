-- Contamination by definition: whose runs are sized by other commands, and what it costs.
with

contaminations as (

    select * from {{ ref('flotilla__contaminations') }}
    where queued_at < {{ as_of_end() }}

)

select
    definition_id,
    definition_alias,
    count(*) as contaminated_run_count,
    count(distinct donor_run_id) as donor_count,
    count(distinct donor_command_md5) as donor_commands,
    count(distinct recipient_command_md5) as recipient_commands,
    count(*) filter (where is_oom and finished_at < {{ as_of_end() }}) as oom_count,
    max(memory_mb) as max_memory_mb,
    cast(sum(contaminated_gb_hours) filter (
        where finished_at < {{ as_of_end() }}
    ) as decimal(18, 6)) as contaminated_gb_hours
from contaminations
group by definition_id, definition_alias
order by contaminated_gb_hours desc nulls last, contaminated_run_count desc, definition_id asc
