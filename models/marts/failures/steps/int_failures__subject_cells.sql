with

counted as (

    select
        subject_kind,
        subject,
        project,
        other,
        started_hour,
        count(*) as n,
        count(*) filter (where is_failure) as f
    from {{ ref('int_failures__subjects_tried') }}
    group by subject_kind, subject, project, other, started_hour

),

-- Keys of one text: of a join by several columns PostgreSQL expects a single row, and then
-- compares each with each. Keys of all stand for everyone's attempts with the same project.
keyed as (

    select
        *,
        subject_kind || chr(31) || subject as subject_key,
        subject_kind || chr(31) || project as all_project_key
    from counted

)

select
    *,
    subject_key || chr(31) || project as project_key,
    subject_key || chr(31) || project || chr(31) || other as group_key,
    all_project_key || chr(31) || other as all_group_key
from keyed
