-- Every run of the source is in flotilla__runs, with the status and memory that the source has now.
select
    source_runs.run_id,
    source_runs.queued_at
from {{ ref('stg_flotilla__runs') }} as source_runs
left join {{ ref('flotilla__runs') }} as runs on source_runs.run_id = runs.run_id
where
    runs.run_id is null
    or source_runs.status is distinct from runs.status
    or source_runs.memory_mb is distinct from runs.memory_mb
    or source_runs.finished_at is distinct from runs.finished_at
