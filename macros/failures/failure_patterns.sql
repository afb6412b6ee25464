{% macro failure_patterns(failures, attempts, window_from, window_until, condition='true') -%}
    {#- A select: what the failures of a window have in common and when they happen, beside the window before
        it. `condition` is what failures and attempts both have to meet, such as projects that may
        be seen: nothing else is read. -#}
    with

    windows as (

        select
            {{ window_from }} as window_from,
            {{ window_until }} as window_until

    ),

    failures as (

        select
            failures.attempt_id,
            failures.failure_type,
            failures.project,
            failures.node_name,
            failures.image,
            failures.failed_hour,
            failures.failed_weekday,
            failures.failed_day,
            failures.lost_gpu_hours,
            failures.lost_gb_hours,
            coalesce(failures.project, '') || '|' || coalesce(failures.job_name, failures.failure_id) as job,
            failures.failed_at >= windows.window_from as is_current
        from {{ failures }} as failures
        cross join windows
        where
            failures.failed_at >= windows.window_from - (windows.window_until - windows.window_from)
            and failures.failed_at < windows.window_until
            and {{ condition }}

    ),

    attempts as (

        select
            attempts.attempt_id,
            attempts.project,
            attempts.node_name,
            attempts.image,
            attempts.started_hour,
            attempts.started_weekday,
            attempts.started_day,
            attempts.is_failure,
            attempts.started_at >= windows.window_from as is_current
        from {{ attempts }} as attempts
        cross join windows
        where
            attempts.started_at >= windows.window_from - (windows.window_until - windows.window_from)
            and attempts.started_at < windows.window_until
            and attempts.is_ended
            and {{ condition }}

    ),

    -- Whether the window before is known at all, or the history begins later.
    reach as (

        select min(first_at) as known_since
        from (
            select min(failed_at) as first_at from {{ failures }} where {{ condition }}
            union all
            select min(started_at) as first_at from {{ attempts }} where {{ condition }}
        ) as firsts

    ),

    failure_counts as ({{ failures_by_value('failures') }}),

    failure_types as ({{ failure_types_by_value('failures') }}),

    attempt_counts as ({{ attempts_by_value('attempts', 'failures') }}),

    times as ({{ pattern_times('windows') }}),

    keys as (

        select dimension, value from failure_counts where dimension <> 'day'
        union distinct
        select dimension, value from times

    ),

    limits as (

        select
            cast({{ threshold('failure_pattern_threshold') }} as integer) as pattern_threshold,
            {{ threshold('failure_known_share') }} as known_share,
            {{ threshold('failure_chance') }} as chance,
            {{ threshold('failure_min_expected') }} as min_expected

    ),

    counted as (

        select
            keys.dimension,
            keys.value,
            keys.dimension in ('hour', 'weekday', 'day') as is_time,
            coalesce(failure_counts.failure_count, 0) as failure_count,
            coalesce(failure_counts.job_count, 0) as job_count,
            coalesce(failure_counts.previous_failure_count, 0) as previous_failure_count,
            coalesce(failure_counts.known_count, 0) as known_count,
            failure_counts.lost_gpu_hours,
            failure_counts.lost_gb_hours,
            failure_types.failure_types,
            coalesce(attempt_counts.attempt_count, 0) as attempt_count,
            coalesce(attempt_counts.failed_attempt_count, 0) as failed_attempt_count,
            coalesce(attempt_counts.previous_attempt_count, 0) as previous_attempt_count,
            times.day_count
        from keys
        left join failure_counts
            on keys.dimension = failure_counts.dimension and keys.value = failure_counts.value
        left join failure_types
            on keys.dimension = failure_types.dimension and keys.value = failure_types.value
        left join attempt_counts
            on keys.dimension = attempt_counts.dimension and keys.value = attempt_counts.value
        left join times on keys.dimension = times.dimension and keys.value = times.value

    ),

    -- A rate needs the attempts behind the failures. Times are compared with each other, so they are
    -- known all or none; without attempts, days stand in for them.
    known as (

        select
            counted.*,
            limits.pattern_threshold,
            limits.chance,
            limits.min_expected,
            case
                when counted.is_time
                    then
                        sum(counted.attempt_count) over dimensions > 0
                        and sum(counted.known_count) over dimensions
                        >= limits.known_share
                        * sum(counted.failure_count + counted.previous_failure_count) over dimensions
                else
                    counted.attempt_count > 0
                    and counted.known_count
                    >= limits.known_share * (counted.failure_count + counted.previous_failure_count)
            end as is_known
        from counted
        cross join limits
        window dimensions as (partition by counted.dimension)

    ),

    exposed as (

        select
            *,
            case when is_known then failed_attempt_count else failure_count end as observed,
            case when is_known then attempt_count else day_count end as exposure,
            case
                when is_known and attempt_count > 0 and previous_attempt_count > 0
                    then
                        cast(attempt_count as double precision)
                        / (attempt_count + previous_attempt_count)
                else 0.5e0
            end as current_share,
            failure_count + previous_failure_count as both_failure_count
        from known

    ),

    summed as (

        select
            *,
            cast(case when is_time then sum(observed) over dimensions end as bigint) as all_observed,
            cast(case when is_time then sum(exposure) over dimensions end as bigint) as all_exposure,
            count(case when is_time and exposure > 0 then 1 end) over dimensions as cell_count
        from exposed
        window dimensions as (partition by dimension)

    ),

    shared as (

        select
            *,
            cast(exposure as double precision) / nullif(all_exposure, 0) as exposure_share,
            power(cast(observed * all_exposure - all_observed * exposure as double precision), 2)
            / nullif(
                cast(exposure as double precision) * all_observed
                * case when is_known then all_exposure - all_observed else all_exposure end, 0
            ) as square
        from summed

    ),

    tested_alone as (

        select
            *,
            case
                when exposure_share > 0 and exposure_share < 1 and all_observed > 0
                    then {{ binomial_tail('observed', 'all_observed', 'exposure_share') }}
            end as spike_chance,
            case
                when
                    cell_count > 1
                    and all_observed >= min_expected * cell_count
                    then sum(square) over (partition by dimension)
            end as chi_square,
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
            end as trend_chance
        from shared

    ),

    chances as (

        select dimension, value, 'spike' as test, spike_chance as p_value from tested_alone
        union all
        select dimension, value, 'trend' as test, trend_chance as p_value from tested_alone

    ),

    tested_together as ({{ benjamini_hochberg('chances', ['dimension', 'test']) }}),

    judged as (

        select
            tested_alone.*,
            spikes.q_value as spike_q_value,
            trends.q_value as trend_q_value,
            windows.window_from,
            windows.window_until,
            coalesce(
                reach.known_since
                < windows.window_from - (windows.window_until - windows.window_from) + interval '1 day',
                false
            ) and tested_alone.dimension <> 'day' as is_previous_known
        from tested_alone
        inner join tested_together as spikes
            on
                tested_alone.dimension = spikes.dimension
                and tested_alone.value = spikes.value
                and spikes.test = 'spike'
        inner join tested_together as trends
            on
                tested_alone.dimension = trends.dimension
                and tested_alone.value = trends.value
                and trends.test = 'trend'
        cross join windows
        cross join reach

    )

    select
        dimension,
        value,
        window_from,
        window_until,
        cast(failure_count as bigint) as failure_count,
        cast(job_count as bigint) as job_count,
        failure_types,
        failure_count >= pattern_threshold as is_pattern,
        case when is_known then 'attempts' else 'unknown' end as denominator,
        case when is_known then cast(attempt_count as bigint) end as attempt_count,
        case when is_known then cast(failed_attempt_count as bigint) end as failed_attempt_count,
        case when is_known then {{ round_ratio('failed_attempt_count', 'attempt_count', 4) }} end
            as failure_rate,
        case when is_known then {{ wilson_bound('failed_attempt_count', 'attempt_count', 'low') }} end
            as failure_rate_low,
        case when is_known then {{ wilson_bound('failed_attempt_count', 'attempt_count', 'high') }} end
            as failure_rate_high,
        case when is_time then {{ round_ratio('all_observed * exposure', 'all_exposure', 2) }} end
            as expected_failure_count,
        spike_chance as p_value,
        spike_q_value as q_value,
        coalesce(observed >= pattern_threshold and spike_q_value <= chance, false) as is_spike,
        chi_square,
        case when chi_square is not null then cast(cell_count - 1 as integer) end as chi_square_degrees,
        case
            when chi_square is not null
                then {{ chi_square_tail('chi_square', '(cell_count - 1)') }}
        end as chi_square_p_value,
        case when is_previous_known then cast(previous_failure_count as bigint) end
            as previous_failure_count,
        case when is_previous_known then trend_chance end as trend_p_value,
        case when is_previous_known then trend_q_value end as trend_q_value,
        case
            when not is_previous_known then 'unknown'
            when coalesce(trend_q_value > chance, true) then 'steady'
            when failure_count > both_failure_count * current_share then 'rising'
            else 'falling'
        end as trend,
        cast(lost_gpu_hours as decimal(18, 6)) as lost_gpu_hours,
        cast(lost_gb_hours as decimal(18, 6)) as lost_gb_hours
    from judged
{%- endmacro %}
