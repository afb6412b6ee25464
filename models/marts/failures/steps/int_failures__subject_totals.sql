with

-- Of each subject: what it had with each project and other, with each project, and in all.
own as (

    select
        subject_key,
        project_key,
        group_key,
        coalesce(all_group_key, all_project_key, subject_kind) as all_key,
        grouping(group_key) = 0 as is_of_group,
        grouping(project_key) = 0 and grouping(group_key) = 1 as is_of_project,
        grouping(project_key) = 1 as is_of_all,
        cast(sum(n) as bigint) as n,
        cast(sum(f) as bigint) as f
    from {{ ref('int_failures__subject_cells') }}
    group by
        subject_kind, subject_key,
        rollup((project_key, all_project_key), (group_key, all_group_key))

),

-- Totals are joined: a window would sort every row.
everyone as (

    select
        all_key,
        sum(n) as n,
        sum(f) as f
    from own
    group by all_key

)

select
    own.subject_key,
    own.project_key,
    own.group_key,
    own.is_of_group,
    own.is_of_project,
    own.is_of_all,
    own.n,
    cast(everyone.n - own.n as double precision) as rest_n,
    cast(everyone.f - own.f as double precision) as rest_f
from own
inner join everyone on own.all_key = everyone.all_key
