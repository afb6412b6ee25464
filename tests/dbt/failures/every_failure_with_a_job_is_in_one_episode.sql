-- Episodes hold every failure whose job is known, once.
with

failures as (

    select count(*) as failure_count
    from {{ ref('failures__failures') }}
    where job_name is not null

),

episodes as (

    select coalesce(sum(failure_count), 0) as failure_count
    from {{ ref('failures__recoveries') }}

)

select
    failures.failure_count,
    episodes.failure_count as in_episodes
from failures
cross join episodes
where failures.failure_count <> episodes.failure_count
