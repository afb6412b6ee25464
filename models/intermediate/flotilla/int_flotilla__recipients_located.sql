-- Materialized here, not in the folder: it is read once for all donors and once for the own ones.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['queued_day']},
    ]),
) }}

{%- set span = "queued_day, lookup_key, donor_limit, first_state_at, last_state_at" %}

with

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

),

keys as (

    select
        lookup_key,
        definition_id,
        coalesce(lookup_hash, '') as lookup_hash,
        lookup_hash is null as is_pool,
        window_days,
        min(readable_from) as readable_from,
        max(readable_to) as readable_to
    from donors
    group by lookup_key, definition_id, lookup_hash, window_days

),

runs as (

    select
        run_id,
        queued_day,
        definition_id,
        coalesce(command_hash, '') as lookup_hash,
        command_hash is null as is_pool,
        command_md5,
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
    where
        engine = 'eks'
        and not is_gpu_run
        and policy_version is not null
        and (command_hash is not null or null_hash_rule = 'matches every OOM of the definition')
        and {{ parts_to_make(reaches_days=donor_days()) }}

),

-- One join for hash and pool: two would make DuckDB keep all runs in between.
keyed as (

    select
        runs.*,
        keys.lookup_key
    from runs
    inner join keys
        on
            runs.definition_id = keys.definition_id
            and runs.lookup_hash = keys.lookup_hash
            and runs.is_pool = keys.is_pool
            and runs.window_days = keys.window_days
            and runs.lookup_from < keys.readable_to
            and runs.lookup_to >= keys.readable_from

),

located as (

    {{ locate_states('keyed', ref('int_flotilla__donor_states')) }}

)

select
    run_id,
    queued_day,
    lookup_key,
    coalesce(command_md5, 'none') as command_key,
    donor_limit,
    memory_multiplier,
    policy_min_memory_mb,
    policy_cap_mb,
    memory_mb,
    lookup_from,
    lookup_to,
    first_state_at,
    last_state_at,
    -- One column to join by: PostgreSQL underrates a join by six, and loops over all pairs.
    {{ key_number("concat_ws('|', " ~ span ~ ")") }} as span_key,
    {{ key_number("concat_ws('|', " ~ span ~ ", coalesce(command_md5, 'none'))") }} as own_span_key
from located
