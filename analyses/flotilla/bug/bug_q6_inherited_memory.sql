-- One run (the var `run_id`), and the OOM runs from which the lookup took its memory. As in the
-- published report, the lookup is taken to happen when the run was queued.
with

policies as (

    select * from {{ ref('int_flotilla__policies_in_force') }}

),

recipient as (

    select
        runs.*,
        policies.window_days
    from {{ ref('flotilla__runs') }} as runs
    left join policies on runs.policy_version = policies.policy_version
    where
        runs.run_id = '{{ var("run_id") }}'
        and runs.queued_at < {{ as_of_end() }}

),

donors as (

    select runs.*
    from recipient
    inner join {{ ref('flotilla__runs') }} as runs
        on
            recipient.definition_id = runs.definition_id
            and recipient.command_hash = runs.command_hash
            and recipient.queued_at > runs.queued_at
            and runs.queued_at
            >= recipient.queued_at - interval '24 hours' * recipient.window_days
            and recipient.queued_at > runs.finished_at
    where runs.is_oom and runs.engine = 'eks'

),

listed as (

    select
        run_id,
        queued_day,
        queued_at,
        memory_mb,
        command_md5,
        exit_code,
        'donor' as role
    from donors
    union all
    select
        run_id,
        queued_day,
        queued_at,
        memory_mb,
        command_md5,
        exit_code,
        'recipient' as role
    from recipient

)

select
    listed.run_id,
    listed.queued_day as queued_date,
    listed.memory_mb,
    commands.command,
    listed.exit_code,
    listed.role
from listed
left join {{ ref('stg_flotilla__commands') }} as commands
    on listed.command_md5 = commands.command_md5
order by listed.queued_at, {{ text_key('listed.run_id') }}
