-- The OOM runs that the lookup of one run (the var `run_id`) read for certain, or may have read;
-- the largest first, as the lookup weighs them.
with

recipient as (

    select
        run_id,
        lookup_key,
        lookup_from,
        lookup_to
    from {{ ref('int_flotilla__recipients_located') }}
    where run_id = '{{ var("run_id") }}'

),

readable as (

    select
        donors.donor_run_id,
        donors.readable_from <= recipient.lookup_from and donors.readable_to > recipient.lookup_to
            as is_certain
    from recipient
    inner join {{ ref('int_flotilla__oom_donors') }} as donors
        on
            recipient.lookup_key = donors.lookup_key
            and recipient.lookup_to >= donors.readable_from
            and recipient.lookup_from < donors.readable_to

)

select
    runs.run_id,
    readable.is_certain,
    runs.queued_at,
    runs.finished_at,
    runs.memory_mb,
    runs.exit_code,
    runs.exit_reason,
    runs.attribution,
    runs.has_command,
    commands.command
from readable
inner join {{ ref('flotilla__runs') }} as runs on readable.donor_run_id = runs.run_id
left join {{ ref('stg_flotilla__commands') }} as commands
    on runs.command_md5 = commands.command_md5
order by runs.memory_mb desc, runs.finished_at desc, {{ text_key('runs.run_id') }} asc
