-- The report's example: one run, and the OOM runs from which the lookup took its memory. As in the
-- report, the lookup is taken to happen when the run was queued.
with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

commands as (

    select
        run_id,
        {{ mask_secrets('command') }} as command
    from {{ ref('stg_flotilla__runs') }}

),

recipient as (

    select *
    from runs
    where run_id = 'eks-0d33-a443-43b9-45f9-04b780868880' and queued_at < {{ as_of_end() }}

),

donors as (

    select runs.*
    from runs
    inner join recipient
        on
            runs.definition_id = recipient.definition_id
            and runs.command_hash = recipient.command_hash
            and runs.queued_at < recipient.queued_at
            and runs.queued_at >= recipient.queued_at - interval '3 days'
            and runs.finished_at < recipient.queued_at
    where runs.is_oom and runs.engine = 'eks'

),

listed as (

    select
        donors.*,
        'donor' as role
    from donors
    union all
    select
        recipient.*,
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
left join commands on listed.run_id = commands.run_id
order by listed.queued_at, {{ text_key('listed.run_id') }}
