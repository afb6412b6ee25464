-- The changes of requests that save most, of jobs of which all may be seen.
select
    recommendations.source,
    recommendations.job_name,
    recommendations.advice,
    recommendations.usual_request_mb,
    recommendations.recommended_mb,
    recommendations.known_count,
    recommendations.day_count,
    recommendations.oom_probability_high,
    recommendations.saving_gb_hours,
    recommendations.saving_cost,
    recommendations.currency
from {{ ref('waste__recommendations') }} as recommendations
inner join {{ ref('int_waste__jobs_in_scope') }} as jobs
    on recommendations.source = jobs.source and recommendations.job_name = jobs.job_name
where
    recommendations.rule_name = 'largest_peak'
    and recommendations.advice in ('lower', 'raise', 'set')
order by
    recommendations.saving_gb_hours desc nulls last,
    recommendations.source asc,
    recommendations.job_name asc
limit 50
