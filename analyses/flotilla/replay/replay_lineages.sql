-- The chains that compounded most: how often one run sized the next, and how far it went.
with

lineages as (

    select * from {{ ref('flotilla__contamination_lineages') }}
    where leaf_queued_at < {{ as_of_end() }}

)

select
    definition_alias,
    root_run_id,
    leaf_run_id,
    depth,
    foreign_link_count,
    distinct_commands,
    root_memory_mb,
    leaf_memory_mb,
    memory_growth,
    is_cap_reached,
    is_leaf_oom
from lineages
order by memory_growth desc, depth desc, leaf_run_id asc
limit 20
