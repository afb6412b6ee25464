with

names as (

    select pod_name from {{ ref('stg_failures__pods') }}
    union all
    select pod_name from {{ ref('stg_failures__events') }}

)

-- Of all runs only these can be a listed pod or the subject of a record: looked for once, for both.
select
    runs.attempt_id,
    runs.pod_name,
    runs.project,
    runs.started_at,
    runs.ended_at,
    runs.has_failed
from {{ ref('int_failures__runs_observed') }} as runs
where runs.pod_name in (select names.pod_name from names)
