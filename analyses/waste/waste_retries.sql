-- What a retry of each job should do; the costliest retries that could not succeed first.
select
    source,
    job_name,
    advice,
    failed_attempt_count,
    memory_count,
    leak_count,
    infrastructure_count,
    other_count,
    raised_count,
    raised_success_count,
    raised_success_rate_low,
    raised_success_rate_high,
    doomed_retry_count,
    doomed_gb_hours,
    usual_request_mb,
    retry_mb
from {{ ref('waste__retries') }}
order by
    doomed_gb_hours desc,
    failed_attempt_count desc,
    {{ text_key('source') }},
    {{ text_key('job_name') }}
