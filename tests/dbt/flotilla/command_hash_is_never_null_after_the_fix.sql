-- After the fix, every run of engine eks that has a command has a stored hash. The days that break
-- this are known from their counts, whatever their age; only their runs are read.
select
    runs.run_id,
    runs.queued_at
from {{ ref('stg_flotilla__runs') }} as runs
inner join {{ ref('stg_flotilla__days') }} as counted_days
    on runs.queued_day = counted_days.queued_day
where
    counted_days.last_null_hash_at >= {{ deployed_at('command_hash_fix') }}
    and runs.queued_at >= {{ deployed_at('command_hash_fix') }}
    and runs.engine = 'eks'
    and runs.has_command
    and runs.command_hash is null
