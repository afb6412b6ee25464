with

contaminated as (

    select
        attempt_id,
        contaminated_gb_hours
    from {{ ref('int_waste__runs_contaminated') }}

),

held as (

    select
        *,
        measured_mb is null or is_censored as is_unmeasured,
        {{ gb_hours('held_mb', 'held_us') }} as memory_gb_hours,
        {{ gb_hours('least(held_mb, coalesce(measured_mb, 0))', 'held_us') }} as peak_gb_hours
    from {{ ref('int_waste__attempts_held') }}

),

-- The first part that applies takes all, or all but what was used: nothing is rounded twice.
parted as (

    select
        *,
        case
            when outcome = 'failed' and failure_type = 'OOMKilled' then 'lost_to_oom'
            when outcome = 'failed' then 'lost_to_failure'
            when is_unmeasured then 'unmeasured'
            when is_exempt then 'reserved'
            else 'over_allocated'
        end as remaining_part
    from held

)

select
    parted.attempt_id,
    parted.source,
    parted.submitted_day,
    parted.is_landed,
    parted.job_name,
    parted.command_md5,
    parted.group_name,
    parted.owner_name,
    parted.project,
    parted.node_lifecycle,
    parted.started_at,
    parted.ended_at,
    parted.outcome,
    parted.failure_type,
    parted.failure_class,
    parted.limit_mb,
    parted.measured_mb,
    parted.held_mb,
    parted.held_us,
    parted.is_untimed,
    parted.is_unmeasured,
    parted.is_censored,
    parted.is_above_limit,
    parted.is_exempt,
    parted.memory_gb_hours,
    case
        when parted.remaining_part in ('reserved', 'over_allocated') then parted.peak_gb_hours
        else 0
    end as used_gb_hours,
    case
        when parted.remaining_part = 'over_allocated'
            then parted.memory_gb_hours - parted.peak_gb_hours
        else 0
    end as over_allocated_gb_hours,
    case
        when parted.remaining_part = 'reserved' then parted.memory_gb_hours - parted.peak_gb_hours
        else 0
    end as reserved_gb_hours,
    {%- for part in ['lost_to_oom', 'lost_to_failure', 'unmeasured'] %}
        case when parted.remaining_part = '{{ part }}' then parted.memory_gb_hours else 0 end
            as {{ part }}_gb_hours,
    {%- endfor %}
    case
        when parted.remaining_part = 'over_allocated'
            then
                least(
                    coalesce(contaminated.contaminated_gb_hours, 0),
                    parted.memory_gb_hours - parted.peak_gb_hours
                )
        else 0
    end as contaminated_gb_hours
from parted
left join contaminated on parted.attempt_id = contaminated.attempt_id
