select
    definition_id,
    alias,
    image,
    group_name,
    memory,
    cpu,
    gpu,
    adaptive_resource_allocation
from {{ source_or_empty('flotilla', 'task_def') }} as raw_table
