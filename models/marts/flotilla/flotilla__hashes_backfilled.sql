-- A view: it says of each run what two columns of flotilla__runs say together.
{{ config(materialized='view') }}

with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

backfilled as (

    select
        run_id,
        definition_id,
        engine,
        queued_at,
        policy_version,
        hash_origin,
        command_hash,
        case
            when engine = 'eks-spark' then coalesce(command_md5, description_md5)
            else command_md5
        end as backfilled_command_hash
    from runs

),

compared as (

    select
        *,
        (command_hash is distinct from backfilled_command_hash) as is_changed
    from backfilled

)

select
    run_id,
    definition_id,
    engine,
    queued_at,
    policy_version,
    hash_origin,
    command_hash,
    backfilled_command_hash,
    is_changed
from compared
