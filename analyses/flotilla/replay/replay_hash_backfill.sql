-- The hash that every historical run should have had, had the last version's rule always been in force:
-- md5 of the command, for Spark without one of the description. Only runs whose stored hash differs.
with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_at < {{ as_of_end() }}

),

backfilled as (

    select
        run_id,
        definition_id,
        queued_at,
        policy_version,
        hash_origin,
        command_hash,
        case
            when engine = 'eks-spark' then coalesce(command_md5, description_md5)
            else command_md5
        end as backfilled_command_hash
    from runs

)

select
    run_id,
    definition_id,
    queued_at,
    policy_version,
    hash_origin,
    command_hash,
    backfilled_command_hash
from backfilled
where backfilled_command_hash is distinct from command_hash
order by queued_at, run_id
