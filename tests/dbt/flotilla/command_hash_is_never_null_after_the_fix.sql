-- After the fix, every run of engine eks that has a command has a stored hash.
select
    run_id,
    queued_at
from {{ ref('int_flotilla__runs_hashed') }}
where
    is_after_hash_fix
    and engine = 'eks'
    and has_command
    and command_hash is null
