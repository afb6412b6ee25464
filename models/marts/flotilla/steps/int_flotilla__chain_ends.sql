with

runs as (

    select * from {{ ref('int_flotilla__runs_sized') }}

),

donors as (

    select distinct decisive_donor_run_id as run_id
    from runs

),

ranked as (

    select
        runs.run_id,
        count(*) over (partition by runs.decisive_donor_run_id) as sized_run_count,
        count(donors.run_id) over (partition by runs.decisive_donor_run_id) as next_donor_count,
        row_number() over (
            partition by runs.decisive_donor_run_id
            order by runs.memory_mb desc, runs.queued_at desc, {{ text_key('runs.run_id') }} asc
        ) as place
    from runs
    left join donors on runs.run_id = donors.run_id

)

select
    run_id as leaf_run_id,
    sized_run_count
from ranked
where next_donor_count = 0 and place = 1
