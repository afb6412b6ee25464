{{ config(
    unique_key='failure_id',
    incremental_strategy='replace_attempts',
    indexes=row_store_indexes([
        {'columns': ['failure_id']},
        {'columns': ['submitted_day']},
        {'columns': ['failed_at']},
    ]),
) }}

with

failures as (

    select * from {{ ref('int_failures__failures_classified') }}
    where
        is_landed
        or {{ parts_to_make(part_column='submitted_day', reached=landed_anyway(runs_left())) }}

),

deployments as (

    select * from {{ ref('int_failures__deployments_in_force') }}

),

measured as (

    select
        *,
        {{ local_time('failed_at') }} as failed_local,
        case when run_us >= 0 then {{ round_div('run_us', 1000) }} end as run_ms
    from failures

)

select
    measured.failure_id,
    measured.attempt_id,
    measured.origin,
    measured.submitted_day,
    measured.is_landed,
    measured.project,
    measured.job_name,
    measured.user_name,
    measured.pod_name,
    measured.node_name,
    measured.image,
    measured.cluster_name,
    measured.failed_at,
    cast(measured.failed_local as date) as failed_day,
    cast(extract(hour from measured.failed_local) as integer) as failed_hour,
    cast(extract(isodow from measured.failed_local) as integer) as failed_weekday,
    measured.failure_type,
    measured.failure_class,
    measured.rule_name,
    cast(measured.exit_code as integer) as exit_code,
    measured.exit_reason,
    measured.error_template,
    measured.template_id,
    cast(measured.further_restart_count as integer) as further_restart_count,
    cast(measured.gpu_count as integer) as gpu_count,
    measured.memory_mb,
    measured.has_memory_overflow,
    {{ round_scaled('measured.gpu_count * measured.run_ms * 10', 36, 6) }} as lost_gpu_hours,
    {{ round_scaled('measured.memory_mb * measured.run_ms', 3600, 6) }} as lost_gb_hours,
    measured.is_resolved,
    measured.resolution_type,
    measured.resolved_at,
    deployments.change as deployment_name,
    deployments.deployed_at_utc as deployed_at
from measured
left join deployments
    on
        measured.failed_at >= deployments.deployed_at_utc
        and (measured.failed_at < deployments.replaced_at or deployments.replaced_at is null)
