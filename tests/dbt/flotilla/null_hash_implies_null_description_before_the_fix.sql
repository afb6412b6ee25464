-- Before the fix, a run without a stored hash has no description to make one from.
select
    run_id,
    queued_at
from {{ ref('int_flotilla__runs_hashed') }}
where
    not is_after_hash_fix
    and command_hash is null
    and description_md5 is not null
