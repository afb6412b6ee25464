-- After the fix, every run of engine eks that has a command has a stored hash. The days that break
-- this are known from their counts, whatever their age; only their runs are looked through.
select
    runs.run_id,
    runs.queued_at
from {{ ref('stg_flotilla__runs') }} as runs
inner join {{ ref('stg_flotilla__days') }} as days on runs.queued_day = days.queued_day
where
    days.last_null_hash_at >= {{ deployed_at('command_hash_fix') }}
    and runs.queued_at >= {{ deployed_at('command_hash_fix') }}
    and runs.engine = 'eks'
    and runs.has_command
    and runs.command_hash is null
