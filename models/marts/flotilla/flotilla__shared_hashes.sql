-- A table, not incremental: a hash gathers commands over all of its history.
{{ config(materialized='table') }}

with

hashes_daily as (

    select * from {{ ref('int_flotilla__shared_hashes_daily') }}

),

shared as (

    {{ shared_hash_measures('hashes_daily') }}

)

select
    definition_id,
    command_hash,
    distinct_commands,
    oom_count,
    exit_137_count,
    run_count,
    max_memory_mb,
    first_seen_at,
    last_seen_at
from shared
