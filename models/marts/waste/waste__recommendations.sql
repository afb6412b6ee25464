with

requests as (

    select * from {{ ref('int_waste__requests_sized') }}

),

weighed as (

    select * from {{ ref('int_waste__requests_weighed') }}

),

judged as (

    select
        requests.*,
        coalesce(weighed.known_count, 0) as known_count,
        coalesce(weighed.oom_count, 0) as expected_oom_count,
        weighed.expected_waste_gb_hours,
        weighed.wasted_gb_hours,
        weighed.avoidable_gb_hours,
        weighed.saving_cost,
        weighed.currency,
        case
            when requests.is_exempt then 'exempt'
            when
                coalesce(weighed.known_count, 0) < {{ threshold('waste_min_attempts') }}
                or requests.day_count < {{ threshold('waste_min_days') }}
                or requests.request_mb is null
                then 'insufficient data'
            when requests.usual_request_mb is null then 'set'
            when
                requests.request_mb
                < (1 - {{ threshold('waste_change_share') }}) * requests.usual_request_mb
                then 'lower'
            -- Dearer than all that it could avoid.
            when
                requests.request_mb
                > (1 + {{ threshold('waste_change_share') }}) * requests.usual_request_mb
                and weighed.expected_waste_gb_hours
                > weighed.wasted_gb_hours + weighed.avoidable_gb_hours
                then 'retry with more'
            when
                requests.request_mb
                > (1 + {{ threshold('waste_change_share') }}) * requests.usual_request_mb
                then 'raise'
            else 'keep'
        end as advice
    from requests
    left join weighed
        on
            requests.source = weighed.source
            and requests.job_name = weighed.job_name
            and requests.rule_name = weighed.rule_name

),

advised as (

    select
        *,
        advice not in ('exempt', 'insufficient data') as is_advised,
        -- Nothing is saved from a request that nobody made.
        advice not in ('exempt', 'insufficient data', 'set') as is_compared
    from judged

)

select
    source,
    job_name,
    rule_name,
    advice,
    window_from,
    window_until,
    attempt_count,
    known_count,
    day_count,
    oom_count,
    usual_request_mb,
    largest_peak_mb,
    case when is_advised then request_mb end as recommended_mb,
    case when is_advised then expected_oom_count end as expected_oom_count,
    case when is_advised then {{ round_ratio('expected_oom_count', 'known_count', 6) }} end
        as oom_probability,
    case when is_advised then {{ wilson_bound('expected_oom_count', 'known_count', 'low') }} end
        as oom_probability_low,
    case when is_advised then {{ wilson_bound('expected_oom_count', 'known_count', 'high') }} end
        as oom_probability_high,
    wasted_gb_hours,
    case when is_advised then expected_waste_gb_hours end as expected_waste_gb_hours,
    case when is_compared then cast(wasted_gb_hours - expected_waste_gb_hours as decimal(38, 6)) end
        as saving_gb_hours,
    case when is_advised then avoidable_gb_hours end as avoidable_gb_hours,
    case when is_compared then saving_cost end as saving_cost,
    currency
from advised
