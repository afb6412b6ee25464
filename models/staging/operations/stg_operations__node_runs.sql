select
    build_id,
    node_name,
    node_kind,
    status,
    seconds,
    parts_made,
    failing_rows,
    held_by
from {{ source('operations', 'node_runs') }}
