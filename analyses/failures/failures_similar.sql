-- Failures of other jobs that are like those of the var `job_name`: the same masked message first,
-- then the same type and image; what resolved them, where that is known. Looked for in the projects
-- of the scope, in all of history until the end of the window.
with

failures as (

    select * from {{ ref('int_failures__failures_in_scope') }}
    where lower(failure_type) = lower('{{ var("failure_type") }}')

),

templates as (

    select distinct template_id
    from failures
    where job_name = '{{ var("job_name") }}' and template_id is not null

),

images as (

    select distinct image
    from failures
    where job_name = '{{ var("job_name") }}' and image is not null

),

compared as (

    select
        failures.*,
        case
            when templates.template_id is not null then 'the same message'
            when images.image is not null then 'the same type and image'
        end as likeness,
        case when templates.template_id is not null then 1 else 2 end as likeness_order
    from failures
    left join templates on failures.template_id = templates.template_id
    left join images on failures.image = images.image
    where
        coalesce(failures.job_name, '') <> '{{ var("job_name") }}'
        and (templates.template_id is not null or images.image is not null)

)

select
    likeness,
    project,
    job_name,
    image,
    error_template,
    cast(count(*) as bigint) as failure_count,
    cast(sum(case when is_resolved then 1 else 0 end) as bigint) as resolved_count,
    min(resolution_type) as resolution_type,
    max(failed_at) as last_seen_at
from compared
group by likeness, likeness_order, project, job_name, image, error_template
order by likeness_order, failure_count desc, last_seen_at desc, {{ text_key('job_name') }}
limit 20
