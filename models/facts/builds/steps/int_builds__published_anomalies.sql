with

changes as (

    select * from {{ ref('int_builds__changes_scored') }}
    where delta is not null and metric in ('cpu', 'memory')

),

-- Limits are compared as change x 100 with limit x previous value: nothing is rounded before.
judged as (

    select
        *,
        case
            when metric = 'cpu'
                then
                    previous_value > 0
                    and delta * 100 > {{ threshold('cpu_spike_pct') }} * previous_value
            else
                (
                    previous_value > 0
                    and delta * 100 > {{ threshold('memory_spike_pct') }} * previous_value
                )
                or delta > {{ threshold('memory_spike_gb') }}
        end as is_spike,
        previous_value > 0
        and delta * 100 < -{{ threshold('trough_pct') }} * previous_value as is_trough,
        case
            when previous_value = 0 then 'LOW'
            when delta * 100 > {{ threshold('severity_high_pct') }} * previous_value then 'HIGH'
            when delta * 100 > {{ threshold('severity_medium_pct') }} * previous_value
                then 'MEDIUM'
            else 'LOW'
        end as spike_severity
    from changes

)

select
    build_id,
    sample_index,
    metric,
    case when is_spike then 'published_spike' else 'published_trough' end as rule_name,
    sampled_at,
    previous_value,
    current_value,
    delta,
    percent_change,
    case when is_spike then spike_severity end as severity,
    robust_score
from judged
where is_spike or is_trough
