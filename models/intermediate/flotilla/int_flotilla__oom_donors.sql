-- Materialized here, not in the folder: few rows that all steps of the replay read.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['queued_day']},
        {'columns': ['lookup_key', 'readable_from']},
        {'columns': ['lookup_key', 'readable_to']},
        {'columns': ['donor_run_id']},
    ]),
) }}

with

policies as (

    select * from {{ ref('int_flotilla__policies_in_force') }}

),

windows as (

    select
        window_days,
        max(case when null_hash_rule = 'matches every OOM of the definition' then 1 else 0 end)
            as has_pool
    from policies
    group by window_days

),

oom_runs as (

    select
        run_id,
        definition_id,
        command_hash,
        command_md5,
        coalesce(command_md5, 'none') as command_key,
        memory_mb,
        queued_day,
        queued_at,
        finished_at,
        -- The start counts only under clock skew: no run can be read before it has begun.
        greatest(queued_at, started_at, finished_at) + interval '1 microsecond' as readable_from
    from {{ ref('int_flotilla__runs_hashed') }}
    where
        is_oom
        and engine = 'eks'
        and definition_id is not null
        and memory_mb is not null
        and queued_at is not null
        and finished_at is not null
        and {{ parts_to_make() }}

),

-- A donor is found under its stored hash, and in its definition's pool where NULL hashes read it.
found as (

    select
        oom_runs.*,
        windows.window_days,
        oom_runs.command_hash as lookup_hash
    from oom_runs
    cross join windows
    where oom_runs.command_hash is not null
    union all
    select
        oom_runs.*,
        windows.window_days,
        cast(null as text) as lookup_hash
    from oom_runs
    cross join windows
    where windows.has_pool = 1

),

readable as (

    select
        *,
        queued_at + interval '24 hours' * window_days + interval '1 microsecond' as readable_to
    from found

)

select
    {{ key_number("concat_ws('|', definition_id, window_days, lookup_hash)") }} as lookup_key,
    definition_id,
    lookup_hash,
    window_days,
    run_id as donor_run_id,
    command_hash,
    command_md5,
    command_key,
    memory_mb,
    queued_day,
    queued_at,
    finished_at,
    readable_from,
    readable_to
from readable
where readable_from < readable_to
