{% macro failure_patterns(failures, attempts, window_from, window_until, condition='true') -%}
    {#- A select: what the failures of a window have in common and when they happen, beside the window before
        it. `condition` is what failures and attempts both have to meet, such as projects that may
        be seen: nothing else is read. -#}
    with

    counted as ({{ patterns_counted(failures, attempts, window_from, window_until, condition) }}),

    limits as (

        select
            cast({{ threshold('failure_pattern_threshold') }} as integer) as pattern_threshold,
            {{ threshold('failure_known_share') }} as known_share,
            {{ threshold('failure_chance') }} as chance

    ),

    -- A rate needs the attempts behind the failures. Times are compared with each other, so they are
    -- known all or none; without attempts, days stand in for them.
    known as (

        select
            counted.*,
            limits.pattern_threshold,
            limits.chance,
            case
                when counted.is_time
                    then
                        sum(counted.attempt_count) over dimensions > 0
                        and sum(counted.known_count) over dimensions
                        >= limits.known_share * sum(counted.failure_count) over dimensions
                else
                    counted.attempt_count > 0
                    and counted.known_count >= limits.known_share * counted.failure_count
            end as is_known,
            counted.previous_attempt_count > 0
            and counted.previous_known_count >= limits.known_share * counted.previous_failure_count
                as is_previous_exposure_known
        from counted
        cross join limits
        window dimensions as (partition by counted.dimension)

    ),

    exposed as (

        select
            *,
            case
                when is_known and attempt_count > 0 and is_previous_exposure_known
                    then
                        cast(attempt_count as double precision)
                        / (attempt_count + previous_attempt_count)
                else 0.5e0
            end as current_share,
            failure_count + previous_failure_count as both_failure_count
        from known

    ),

    spikes as ({{ failure_spikes('(select * from exposed where is_time)') }}),

    -- Given how many failed in both windows, those of the later one are binomial; both sides count.
    chances as (

        select
            *,
            case
                when dimension <> 'day' and both_failure_count > 0
                    then
                        least(
                            1e0,
                            2 * least(
                                {{ binomial_tail('failure_count', 'both_failure_count', 'current_share') }},
                                {{ binomial_tail(
                                    'previous_failure_count', 'both_failure_count', '(1 - current_share)'
                                ) }}
                            )
                        )
            end as p_value
        from exposed

    ),

    trends as ({{ benjamini_hochberg('chances', ['dimension']) }})

    select
        trends.dimension,
        trends.value,
        trends.window_from,
        trends.window_until,
        cast(trends.failure_count as bigint) as failure_count,
        cast(trends.job_count as bigint) as job_count,
        trends.failure_types,
        trends.failure_count >= trends.pattern_threshold as is_pattern,
        case when trends.is_known then 'attempts' else 'unknown' end as denominator,
        case when trends.is_known then cast(trends.attempt_count as bigint) end as attempt_count,
        case when trends.is_known then cast(trends.failed_attempt_count as bigint) end as failed_attempt_count,
        case when trends.is_known then {{ round_ratio('trends.failed_attempt_count', 'trends.attempt_count', 4) }} end
            as failure_rate,
        case when trends.is_known then {{ wilson_bound('trends.failed_attempt_count', 'trends.attempt_count', 'low') }} end
            as failure_rate_low,
        case when trends.is_known then {{ wilson_bound('trends.failed_attempt_count', 'trends.attempt_count', 'high') }} end
            as failure_rate_high,
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
        case when trends.is_previous_known then trends.p_value end as trend_p_value,
        case when trends.is_previous_known then trends.q_value end as trend_q_value,
        case
            when not trends.is_previous_known then 'unknown'
            when coalesce(trends.q_value > trends.chance, true) then 'steady'
            when trends.failure_count > trends.both_failure_count * trends.current_share then 'rising'
            else 'falling'
        end as trend,
        cast(trends.lost_gpu_hours as decimal(18, 6)) as lost_gpu_hours,
        cast(trends.lost_gb_hours as decimal(18, 6)) as lost_gb_hours
    from trends
    left join spikes on trends.dimension = spikes.dimension and trends.value = spikes.value
{%- endmacro %}
