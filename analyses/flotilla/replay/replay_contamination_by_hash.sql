-- Contamination by stored hash (NULL: the pool of a definition): which keys mix workloads, and what
-- that costs.
with

rolled_up as (

    select
        definition_id,
        definition_alias,
        command_hash,
        {{ named_columns(contamination_measures()) }}
    from {{ ref('flotilla__contaminations') }}
    where queued_at < {{ as_of_end() }}
    group by definition_id, definition_alias, command_hash

)

select
    definition_alias,
    command_hash,
    contaminated_run_count,
    donor_count,
    donor_commands,
    recipient_commands,
    oom_count,
    max_memory_mb,
    contaminated_gb_hours
from rolled_up
order by
    contaminated_gb_hours desc nulls last,
    contaminated_run_count desc,
    definition_id asc,
    command_hash asc
limit 20
