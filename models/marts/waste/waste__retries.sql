with

failures as (

    select
        *,
        change_made is not null as is_retry
    from {{ ref('waste__failures') }}

),

counted as (

    select
        source,
        job_name,
        count(*) as failed_attempt_count,
        {%- for cause in ['memory', 'leak', 'infrastructure', 'other'] %}
            count(*) filter (where cause = '{{ cause }}') as {{ cause }}_count,
        {%- endfor %}
        count(*) filter (where more_memory_helps = 'yes') as helped_count,
        count(*) filter (where is_retry) as failed_retry_count,
        count(*) filter (where is_doomed_retry) as doomed_retry_count,
        cast(
            coalesce(sum(memory_gb_hours) filter (where is_doomed_retry), 0) as decimal(38, 6)
        ) as doomed_gb_hours
    from failures
    group by source, job_name

),

jobs as (

    select * from {{ ref('int_waste__jobs_tried') }}

),

-- What happened to attempts that memory ended, and that were tried again with as much as advised.
raised as (

    select
        source,
        job_name,
        raised_count,
        raised_success_count,
        {{ wilson_bound('raised_success_count', 'raised_count', 'low') }} as success_rate_low,
        {{ wilson_bound('raised_success_count', 'raised_count', 'high') }} as success_rate_high
    from (
        select
            failures.source,
            failures.job_name,
            count(*) as raised_count,
            count(*) filter (where retries.is_success) as raised_success_count
        from failures
        inner join {{ ref('int_failures__failures_followed') }} as retries
            on failures.attempt_id = retries.failed_attempt_id
        inner join {{ ref('int_waste__attempts_recent') }} as attempts
            on retries.attempt_id = attempts.attempt_id
        inner join jobs
            on failures.source = jobs.source and failures.job_name = jobs.job_name
        where failures.cause = 'memory' and attempts.limit_mb >= jobs.retry_mb
        group by failures.source, failures.job_name
    ) as tried

),

usual as (

    select
        source,
        job_name,
        usual_request_mb
    from {{ ref('int_waste__requests_sized') }}
    where rule_name = 'largest_peak'

)

select
    counted.source,
    counted.job_name,
    case
        when counted.leak_count > 0 then 'leak'
        when raised.success_rate_high < {{ threshold('retry_seldom_share') }}
            then 'more memory seldom helps'
        when counted.helped_count > 0 then 'more memory'
        when counted.memory_count > 0 then 'more memory, not tried'
        when counted.infrastructure_count > 0 then 'the same again'
        else 'no retry'
    end as advice,
    counted.failed_attempt_count,
    counted.memory_count,
    counted.leak_count,
    counted.infrastructure_count,
    counted.other_count,
    counted.helped_count,
    coalesce(raised.raised_count, 0) as raised_count,
    coalesce(raised.raised_success_count, 0) as raised_success_count,
    raised.success_rate_low as raised_success_rate_low,
    raised.success_rate_high as raised_success_rate_high,
    counted.failed_retry_count,
    counted.doomed_retry_count,
    counted.doomed_gb_hours,
    usual.usual_request_mb,
    case when counted.memory_count > 0 then jobs.retry_mb end as retry_mb
from counted
left join raised
    on counted.source = raised.source and counted.job_name = raised.job_name
left join jobs on counted.source = jobs.source and counted.job_name = jobs.job_name
left join usual on counted.source = usual.source and counted.job_name = usual.job_name
