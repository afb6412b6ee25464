-- What is loaded of pods, jobs and failures can change any attempt that it names: those are landed.
select
    runs.*,
    false as is_landed
from {{ ref('int_failures__runs_observed') }} as runs
where
    not exists (
        select 1 from {{ ref('int_failures__runs_named') }} as runs_named
        where runs_named.attempt_id = runs.attempt_id
    )
union all
select
    *,
    true as is_landed
from {{ ref('int_failures__runs_named') }}
union all
select
    *,
    true as is_landed
from {{ ref('int_failures__pods_observed') }}
union all
select
    *,
    true as is_landed
from {{ ref('int_failures__pod_ends_observed') }}
union all
select
    *,
    true as is_landed
from {{ ref('int_failures__jobs_observed') }}
