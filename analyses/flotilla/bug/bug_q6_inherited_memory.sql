-- The report's example: one run, and the OOM runs from which the lookup took its memory. As in the
-- report, the lookup is taken to happen when the run was queued.
with

recipient as (

    select *
    from {{ ref('flotilla__runs') }}
    where run_id = 'eks-0d33-a443-43b9-45f9-04b780868880' and queued_at < {{ as_of_end() }}

),

donors as (

    select runs.*
    from recipient
    inner join {{ ref('flotilla__runs') }} as runs
        on
            recipient.definition_id = runs.definition_id
            and recipient.command_hash = runs.command_hash
            and recipient.queued_at > runs.queued_at
            and recipient.queued_at - interval '3 days' <= runs.queued_at
            and recipient.queued_at > runs.finished_at
    where runs.is_oom and runs.engine = 'eks'

),

listed as (

    select
        *,
        'donor' as role
    from donors
    union all
    select
        *,
        'recipient' as role
    from recipient

)

select
    listed.run_id,
    listed.queued_day as queued_date,
    listed.memory_mb,
    -- A subquery of its own, because PostgreSQL then reads these few runs by their key.
    (
        select {{ mask_secrets('commands.command') }}
        from {{ ref('stg_flotilla__runs') }} as commands
        where commands.run_id = listed.run_id
    ) as command,
    listed.exit_code,
    listed.role
from listed
order by listed.queued_at, {{ text_key('listed.run_id') }}
