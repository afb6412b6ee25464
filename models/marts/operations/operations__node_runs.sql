select
    build_id,
    node_name,
    node_kind,
    status,
    cast(seconds as decimal(18, 3)) as duration_seconds,
    parts_made,
    held_by
from {{ ref('stg_operations__node_runs') }}
where node_kind <> 'test'
