{%- set divide = whole_division_operator() %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

commands as (

    select
        command_md5,
        fingerprint
    from {{ ref('int_flotilla__commands_fingerprinted') }}

),

limits as (

    select cast({{ threshold('frontier_window_days') }} as integer) * 24 as window_hours

),

-- The runs that ARA can size and that have a command.
compared as (

    select
        runs.definition_id,
        runs.command_hash,
        runs.command_md5,
        runs.description_md5,
        commands.fingerprint,
        runs.is_after_hash_fix,
        runs.queued_day,
        runs.queued_at,
        -- The start counts only under clock skew: no run is found before it has begun.
        case
            when runs.finished_at is not null
                then greatest(runs.queued_at, runs.started_at, runs.finished_at)
        end as left_at,
        runs.queued_at + interval '1 hour' * limits.window_hours as readable_to,
        limits.window_hours,
        runs.is_oom and runs.memory_mb is not null as is_donor,
        runs.is_oom,
        runs.peak_memory_mb,
        runs.memory_gb_hours
    from runs
    inner join commands on runs.command_md5 = commands.command_md5
    cross join limits
    where
        runs.engine = 'eks'
        and runs.has_command
        and runs.attribution <> 'gpu_request'
        -- As a function of it, PostgreSQL would expect one run of 200 to be without a GPU.
        and (runs.gpu_count is null or runs.gpu_count = 0)
        and runs.definition_id is not null
        and runs.queued_at is not null

)

select
    definition_id,
    command_hash,
    command_md5,
    description_md5,
    fingerprint,
    is_after_hash_fix,
    queued_day,
    queued_at,
    {{ utc_week('queued_at') }} as queued_week,
    -- Time in blocks as long as the window.
    {{ epoch_microseconds('queued_at') }} {{ divide }} (window_hours * 3600000000) as queued_block,
    left_at,
    {{ epoch_microseconds('left_at') }} {{ divide }} (window_hours * 3600000000) as left_block,
    queued_at - interval '1 hour' * window_hours as window_starts_at,
    readable_to,
    is_donor and left_at < readable_to as is_donor,
    is_oom,
    peak_memory_mb,
    memory_gb_hours
from compared
