-- Before the fix, a stored hash is the description's md5; the others were sent by a client.
{{ config(severity='warn') }}

select
    run_id,
    queued_at,
    command_hash,
    hash_origin
from {{ ref('int_flotilla__runs_hashed') }}
where
    not is_after_hash_fix
    and hash_origin not in ('description', 'null')
