with

trends as (

    select * from {{ ref('int_failures__trends') }}

),

spikes as (

    select * from {{ ref('int_failures__spikes') }}

),

scope as (

    select * from {{ ref('int_failures__scope') }}

)

select
    trends.dimension,
    trends.value,
    scope.window_from,
    scope.window_until,
    cast(trends.failure_count as bigint) as failure_count,
    cast(trends.job_count as bigint) as job_count,
    trends.failure_types,
    trends.failure_count >= scope.pattern_threshold as is_pattern,
    case when trends.is_known then 'attempts' else 'unknown' end as denominator,
    case when trends.is_known then cast(trends.attempt_count as bigint) end as attempt_count,
    case when trends.is_known then cast(trends.failed_attempt_count as bigint) end
        as failed_attempt_count,
    case
        when trends.is_known
            then {{ round_ratio('trends.failed_attempt_count', 'trends.attempt_count', 4) }}
    end as failure_rate,
    case
        when trends.is_known
            then {{ wilson_bound('trends.failed_attempt_count', 'trends.attempt_count', 'low') }}
    end as failure_rate_low,
    case
        when trends.is_known
            then {{ wilson_bound('trends.failed_attempt_count', 'trends.attempt_count', 'high') }}
    end as failure_rate_high,
    spikes.expected_failure_count,
    spikes.p_value,
    spikes.q_value,
    spikes.expected_by_attempts,
    spikes.start_p_value,
    coalesce(spikes.is_spike, false) as is_spike,
    spikes.chi_square,
    spikes.chi_square_degrees,
    spikes.chi_square_p_value,
    case when trends.is_previous_known then cast(trends.previous_failure_count as bigint) end
        as previous_failure_count,
    case
        when not trends.is_previous_known then 'unknown'
        when coalesce(trends.q_value > {{ threshold('failure_chance') }}, true) then 'steady'
        when trends.failure_count > trends.both_failure_count * trends.current_share then 'rising'
        else 'falling'
    end as trend,
    case when trends.is_previous_known then trends.p_value end as trend_p_value,
    case when trends.is_previous_known then trends.q_value end as trend_q_value,
    cast(trends.lost_gpu_hours as decimal(18, 6)) as lost_gpu_hours,
    cast(trends.lost_gb_hours as decimal(18, 6)) as lost_gb_hours
from trends
left join spikes on trends.dimension = spikes.dimension and trends.value = spikes.value
cross join scope
