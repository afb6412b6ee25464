with

failures as (

    select * from {{ ref('int_failures__failures_classified') }}

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
    measured.exit_code,
    measured.exit_reason,
    measured.error_template,
    measured.template_id,
    cast(measured.further_restart_count as integer) as further_restart_count,
    measured.gpu_count,
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
