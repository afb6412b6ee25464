-- A table, not a view: every question about shared hashes, as of any day, is a sum over it.
{{ config(
    materialized='table',
    indexes=row_store_indexes([{'columns': ['day']}]),
) }}

{%- set hash_text = "coalesce(definition_id, '') || '|' || coalesce(command_hash, '')" %}

with

-- All of history is read here: it is grouped by numbers, not by texts. Distinct commands are not
-- additive over days, but commands seen for the first time are.
commands as (

    select
        {{ key_number(hash_text) }} as hash_number,
        command_hash is not null as has_hash,
        min(queued_day) as first_day
    from {{ ref('int_flotilla__hash_commands_daily') }}
    where command_md5 is not null
    group by
        {{ key_number(hash_text) }},
        {{ key_number(hash_text ~ " || '|' || command_md5") }},
        command_hash is not null

),

shared as (

    select hash_number
    from commands
    where has_hash
    group by hash_number
    having count(*) > 1

),

first_seen as (

    select
        hash_number,
        has_hash,
        first_day,
        count(*) as new_command_count
    from commands
    group by hash_number, has_hash, first_day

),

keyed as (

    select
        *,
        {{ key_number(hash_text) }} as hash_number
    from {{ ref('int_flotilla__hashes_daily') }}

),

followed as (

    select keyed.*
    from keyed
    left join shared on keyed.hash_number = shared.hash_number
    where shared.hash_number is not null or keyed.command_hash is null

),

summed as (

    select
        day,
        definition_id,
        command_hash,
        hash_number,
        cast(sum(run_count) as bigint) as run_count,
        cast(sum(command_run_count) as bigint) as command_run_count,
        cast(sum(oom_count) as bigint) as oom_count,
        cast(sum(exit_137_count) as bigint) as exit_137_count,
        max(max_memory_mb) as max_memory_mb,
        min(first_queued_at) as first_queued_at,
        max(last_queued_at) as last_queued_at
    from followed
    group by hash_number, day, definition_id, command_hash

)

select
    summed.day,
    summed.definition_id,
    summed.command_hash,
    summed.run_count,
    summed.command_run_count,
    coalesce(first_seen.new_command_count, 0) as new_command_count,
    summed.oom_count,
    summed.exit_137_count,
    summed.max_memory_mb,
    summed.first_queued_at,
    summed.last_queued_at
from summed
left join first_seen
    on
        summed.hash_number = first_seen.hash_number
        and summed.day = first_seen.first_day
        and (summed.command_hash is not null) = first_seen.has_hash
