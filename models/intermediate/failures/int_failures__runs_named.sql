-- Of all runs only these can be a listed pod or the subject of a record: looked for once, for both.
select
    attempt_id,
    pod_name,
    started_at,
    ended_at,
    has_failed
from {{ ref('int_failures__runs_observed') }}
where
    pod_name in (
        select pod_name from {{ ref('stg_failures__pods') }}
        union all
        select pod_name from {{ ref('stg_failures__events') }}
    )
