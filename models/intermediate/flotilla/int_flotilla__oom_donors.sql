-- Materialized here, not in the folder: few rows that five steps of the replay read.
{{ config(materialized='table') }}

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
        coalesce(command_md5, 'none') as command_key,
        memory_mb,
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

),

numbered as (

    select
        *,
        dense_rank() over (order by definition_id, lookup_hash, window_days) as lookup_key
    from readable
    where readable_from < readable_to

)

select
    lookup_key,
    definition_id,
    lookup_hash,
    window_days,
    run_id as donor_run_id,
    command_key,
    memory_mb,
    queued_at,
    finished_at,
    readable_from,
    readable_to,
    row_number() over (
        partition by lookup_key
        order by memory_mb desc, finished_at desc, {{ text_key('run_id') }} asc
    ) as decisive_rank
from numbered
