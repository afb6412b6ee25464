-- After the fix, the stored hash of every eks run that has a command is the command's md5. The days
-- that break this are known from their counts, whatever their age; only their runs are read.
select
    runs.run_id,
    runs.queued_at,
    runs.command_hash,
    runs.command_md5
from {{ ref('stg_flotilla__runs') }} as runs
inner join {{ ref('stg_flotilla__days') }} as counted_days
    on runs.queued_day = counted_days.queued_day
where
    counted_days.last_other_hash_at >= {{ deployed_at('command_hash_fix') }}
    and runs.queued_at >= {{ deployed_at('command_hash_fix') }}
    and runs.engine = 'eks'
    and runs.command_hash <> runs.command_md5
