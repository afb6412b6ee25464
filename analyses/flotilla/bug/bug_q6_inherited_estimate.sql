-- The estimate of one run (the var `run_id`), recomputed from its donors by the rules in force.
with

recipient as (

    select
        runs.*,
        policies.memory_multiplier,
        policies.window_days,
        policies.min_memory_mb,
        policies.max_memory_mb
    from {{ ref('flotilla__runs') }} as runs
    inner join {{ ref('int_flotilla__policies_in_force') }} as policies
        on runs.policy_version = policies.policy_version
    where
        runs.run_id = '{{ var("run_id") }}'
        and runs.queued_at < {{ as_of_end() }}

),

donors as (

    select
        recipient.run_id as recipient_run_id,
        runs.memory_mb
    from {{ ref('flotilla__runs') }} as runs
    inner join recipient
        on
            runs.definition_id = recipient.definition_id
            and runs.command_hash = recipient.command_hash
            and runs.queued_at < recipient.queued_at
            and runs.queued_at >= recipient.queued_at - interval '1 day' * recipient.window_days
            and runs.finished_at < recipient.queued_at
    where runs.is_oom and runs.engine = 'eks'

),

decisive as (

    select
        recipient_run_id,
        count(*) as donor_count,
        max(memory_mb) as decisive_memory_mb
    from donors
    group by recipient_run_id

)

select
    recipient.run_id,
    decisive.donor_count,
    decisive.decisive_memory_mb,
    {{ ara_bounded(
        ara_estimate('decisive.decisive_memory_mb', 'recipient.memory_multiplier'),
        'recipient.min_memory_mb',
        'recipient.max_memory_mb',
    ) }} as estimated_memory_mb,
    recipient.memory_mb as allocated_memory_mb
from recipient
left join decisive on recipient.run_id = decisive.recipient_run_id
