with

summed as (

    select
        rates.subject_key,
        rates.all_n,
        rates.all_rate,
        rates.all_certainty,
        {{ exact_sum('projects.expected') }} as expected,
        {{ exact_sum(
            'projects.variance + projects.leaned * projects.leaned'
            ~ ' * rates.rate * (1 - rates.rate) / rates.certainty'
        ) }} as variance,
        {{ exact_sum('projects.leaned * rates.leaning') }} as leaned,
        sum(projects.compared_hour) as compared_hour,
        sum(projects.compared_group) as compared_group,
        sum(case when rates.rest_n > 0 then rates.n - projects.compared else 0 end)
            as compared_project,
        sum(case when rates.rest_n > 0 then rates.n else projects.compared end) as compared
    from {{ ref('int_failures__projects_expected') }} as projects
    inner join {{ ref('int_failures__rates_by_project') }} as rates
        on projects.project_key = rates.project_key
    group by rates.subject_key, rates.all_n, rates.all_rate, rates.all_certainty

)

select
    subject_key,
    expected,
    variance + leaned * leaned * all_rate * (1 - all_rate) / all_certainty as variance,
    cast(compared_hour as bigint) as compared_hour,
    cast(compared_group as bigint) as compared_group,
    cast(compared_project as bigint) as compared_project,
    cast(all_n - compared as bigint) as compared_all
from summed
