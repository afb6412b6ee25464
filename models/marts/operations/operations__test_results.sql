with

results as (

    select * from {{ ref('stg_operations__node_runs') }}
    where node_kind = 'test'

),

-- A skipped test says nothing.
judged as (

    select
        *,
        max(case when status = 'pass' then build_id end) over tests_so_far as last_passed_in
    from results
    window tests_so_far as (
        partition by node_name order by build_id
        rows between unbounded preceding and current row
    )

),

streaks as (

    select
        *,
        min(case when status in ('fail', 'error', 'warn') then build_id end)
            over (partition by node_name, last_passed_in)
            as failing_since
    from judged

)

select
    build_id,
    node_name as test_name,
    status,
    failing_rows,
    cast(seconds as decimal(18, 3)) as duration_seconds,
    held_by,
    case when status in ('fail', 'error', 'warn') then failing_since end as failing_since_build_id
from streaks
