{{ config(
    unique_key='attempt_id',
    incremental_strategy='replace_attempts',
    indexes=row_store_indexes([
        {'columns': ['attempt_id']},
        {'columns': ['submitted_day']},
        {'columns': ['started_at']},
    ]),
) }}

with

observed as (

    select
        *,
        {{ local_time('started_at') }} as started_local
    from {{ ref('int_failures__attempts_observed') }}
    where
        is_landed
        or {{ parts_to_make(part_column='submitted_day', reached=landed_anyway(runs_left())) }}

),

recorded as (

    select * from {{ ref('int_failures__attempts_recorded') }}

)

select
    observed.attempt_id,
    observed.origin as source,
    observed.submitted_day,
    observed.is_landed,
    observed.job_name,
    observed.command_md5,
    observed.group_name,
    observed.user_name as owner_name,
    observed.project,
    observed.cluster_name as queue_name,
    observed.submitted_at,
    observed.started_at,
    observed.ended_at,
    cast(observed.started_local as date) as started_day,
    cast(extract(hour from observed.started_local) as integer) as started_hour,
    cast(extract(isodow from observed.started_local) as integer) as started_weekday,
    observed.memory_mb as requested_mb,
    observed.peak_mb,
    case
        when recorded.attempt_id is not null or observed.has_failed then 'failed'
        when observed.is_ended then 'succeeded'
        else 'open'
    end as outcome,
    cast(observed.exit_code as integer) as exit_code,
    observed.node_name,
    observed.node_lifecycle,
    observed.image,
    observed.run_us,
    cast(observed.gpu_count as integer) as gpu_count,
    cast(observed.container_restart as integer) as container_restart,
    observed.covariates
from observed
left join recorded on observed.attempt_id = recorded.attempt_id
