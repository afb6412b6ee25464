-- The last sixty builds of the marts: how they ended and how long they took.
select
    build_id,
    started_at,
    duration_seconds,
    usual_seconds,
    status,
    coalesce(is_slow, false) as is_slow,
    new_runs,
    changed_runs,
    models_made,
    tests_failed,
    tests_warned
from {{ ref('operations__builds') }}
where started_at < {{ as_of_end() }}
order by build_id desc
limit 60
