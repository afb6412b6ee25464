-- Materialized here, not in the folder: it is read once for all donors and once for the own ones.
{{ config(materialized='table') }}

with

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

),

keys as (

    select
        lookup_key,
        definition_id,
        lookup_hash,
        window_days,
        min(readable_from) as readable_from,
        max(readable_to) as readable_to
    from donors
    group by lookup_key, definition_id, lookup_hash, window_days

),

runs as (

    select
        run_id,
        definition_id,
        command_hash,
        command_md5,
        null_hash_rule,
        window_days,
        donor_limit,
        memory_multiplier,
        policy_min_memory_mb,
        policy_cap_mb,
        memory_mb,
        queued_at as lookup_from,
        -- A run that has not started is replayed at the moment it was queued, until it has.
        greatest(queued_at, started_at) as lookup_to
    from {{ ref('int_flotilla__runs_baselined') }}
    where engine = 'eks' and not is_gpu_run and policy_version is not null

),

keyed as (

    select
        runs.*,
        keys.lookup_key
    from runs
    inner join keys
        on
            runs.definition_id = keys.definition_id
            and runs.command_hash = keys.lookup_hash
            and runs.window_days = keys.window_days
            and runs.lookup_from < keys.readable_to
            and runs.lookup_to >= keys.readable_from
    union all
    select
        runs.*,
        keys.lookup_key
    from runs
    inner join keys
        on
            runs.definition_id = keys.definition_id
            and runs.window_days = keys.window_days
            and runs.lookup_from < keys.readable_to
            and runs.lookup_to >= keys.readable_from
    where
        runs.command_hash is null
        and runs.null_hash_rule = 'matches every OOM of the definition'
        and keys.lookup_hash is null

),

located as (

    {{ locate_states('keyed', ref('int_flotilla__donor_states')) }}

)

select
    run_id,
    lookup_key,
    coalesce(command_md5, 'none') as command_key,
    donor_limit,
    memory_multiplier,
    policy_min_memory_mb,
    policy_cap_mb,
    memory_mb,
    lookup_from,
    lookup_to,
    first_state,
    last_state,
    -- One column to join by: PostgreSQL underrates a join by five, and loops over all pairs.
    concat_ws(':', lookup_key, donor_limit, first_state, last_state) as span_key,
    concat_ws(':', lookup_key, donor_limit, first_state, last_state, coalesce(command_md5, 'none')) as own_span_key
from located
