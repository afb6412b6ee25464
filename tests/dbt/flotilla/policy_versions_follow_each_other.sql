-- The policy versions of an environment follow each other without gap or overlap, and only the
-- last one is open.
with

ordered as (

    select
        environment,
        policy_version,
        valid_from_utc,
        valid_to_utc,
        lead(valid_from_utc) over (
            partition by environment order by valid_from_utc
        ) as next_valid_from_utc
    from {{ ref('ara_policy_versions') }}

)

select
    environment,
    policy_version,
    valid_from_utc,
    valid_to_utc,
    next_valid_from_utc
from ordered
where valid_to_utc is distinct from next_valid_from_utc
