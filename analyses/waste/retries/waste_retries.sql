-- What a retry of each job should do; the costliest retries that were hopeless first. A job that
-- others run too, who may not be seen, is left out.
select
    retries.source,
    retries.job_name,
    retries.advice,
    retries.failed_attempt_count,
    retries.memory_count,
    retries.leak_count,
    retries.infrastructure_count,
    retries.other_count,
    retries.raised_count,
    retries.raised_success_count,
    retries.raised_success_rate_low,
    retries.raised_success_rate_high,
    retries.doomed_retry_count,
    retries.doomed_gb_hours,
    retries.usual_request_mb,
    retries.retry_mb
from {{ ref('waste__retries') }} as retries
inner join {{ ref('int_waste__jobs_in_scope') }} as jobs
    on retries.source = jobs.source and retries.job_name = jobs.job_name
order by
    retries.doomed_gb_hours desc,
    retries.failed_attempt_count desc,
    {{ text_key('retries.source') }},
    {{ text_key('retries.job_name') }}
