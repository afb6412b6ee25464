-- After the fix, the stored hash of every eks run that has a command is the command's md5. The days
-- that break this are known from their counts, whatever their age; only their runs are looked through.
select
    runs.run_id,
    runs.queued_at,
    runs.command_hash,
    runs.command_md5
from {{ ref('stg_flotilla__runs') }} as runs
inner join {{ ref('stg_flotilla__days') }} as days on runs.queued_day = days.queued_day
where
    days.last_other_hash_at >= {{ deployed_at('command_hash_fix') }}
    and runs.queued_at >= {{ deployed_at('command_hash_fix') }}
    and runs.engine = 'eks'
    and runs.command_hash <> runs.command_md5
