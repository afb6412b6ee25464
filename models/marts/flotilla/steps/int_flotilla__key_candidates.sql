-- `key_kind` says what the key is made of, `preferred_kind` what is looked up first. The option by
-- definition has none: it is the command's key for some definitions and the stored hash for others.
select
    key_candidate,
    key_kind,
    preferred_kind,
    is_migration_option
from (
    values
    ('stored_hash', 'stored_hash', null, false),
    ('command', 'command', null, false),
    ('fingerprint', 'fingerprint', null, false),
    ('description', 'description', null, false),
    ('definition', 'definition', null, false),
    ('clean_break', 'clean_break', null, true),
    ('dual_hash', 'description', 'command', true),
    ('per_definition', null, null, true)
) as candidates (key_candidate, key_kind, preferred_kind, is_migration_option)  -- noqa: AL05
