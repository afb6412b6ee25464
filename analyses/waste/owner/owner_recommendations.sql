-- The request that each job of an owner should make. A job that others run too, who may not be
-- seen, is left out: its figures are made of theirs as well.
with

recommendations as (

    select * from {{ ref('waste__recommendations') }}
    where rule_name = '{{ var("waste_rule") }}'

),

jobs as (

    select
        source,
        job_name,
        max(group_name) as group_name
    from {{ ref('waste__attempts_daily') }}
    group by source, job_name
    having bool_or(coalesce({{ is_owned() }}, false))

)

select
    recommendations.source,
    recommendations.job_name,
    jobs.group_name,
    recommendations.advice,
    recommendations.usual_request_mb,
    recommendations.recommended_mb,
    recommendations.known_count,
    recommendations.day_count,
    recommendations.window_from,
    recommendations.window_until,
    recommendations.largest_peak_mb,
    recommendations.oom_count,
    recommendations.expected_oom_count,
    recommendations.oom_probability,
    recommendations.oom_probability_low,
    recommendations.oom_probability_high,
    recommendations.wasted_gb_hours,
    recommendations.expected_waste_gb_hours,
    recommendations.saving_gb_hours,
    recommendations.avoidable_gb_hours,
    recommendations.saving_cost,
    recommendations.currency
from recommendations
inner join jobs
    on recommendations.source = jobs.source and recommendations.job_name = jobs.job_name
inner join {{ ref('int_waste__jobs_in_scope') }} as in_scope
    on recommendations.source = in_scope.source and recommendations.job_name = in_scope.job_name
order by
    recommendations.saving_gb_hours desc nulls last,
    recommendations.source asc,
    recommendations.job_name asc
