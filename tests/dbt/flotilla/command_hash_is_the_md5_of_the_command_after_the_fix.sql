-- After the fix, the stored hash of every eks run that has a command is the command's md5.
select
    run_id,
    queued_at,
    command_hash,
    command_md5
from {{ ref('int_flotilla__runs_hashed') }}
where
    is_after_hash_fix
    and engine = 'eks'
    and has_command
    and command_hash is not null
    and command_hash <> command_md5
