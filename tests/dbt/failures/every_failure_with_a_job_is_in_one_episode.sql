-- Episodes hold every failure whose job is known, once.
select *
from (
    select
        (select count(*) from {{ ref('failures__failures') }} where job_name is not null) as failures,
        (select coalesce(sum(failure_count), 0) from {{ ref('failures__recoveries') }}) as in_episodes
) as counts
where failures <> in_episodes
