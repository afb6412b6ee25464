-- The runs of the chain in which memory grew most, from its root to its leaf: each ran out of
-- memory, and ARA sized the next one from it.
with recursive

worst as (

    select
        leaf_run_id,
        root_run_id,
        definition_id,
        root_queued_at,
        leaf_queued_at
    from {{ ref('flotilla__contamination_lineages') }}
    where leaf_queued_at < {{ as_of_end() }}
    order by memory_growth desc, depth desc, {{ text_key('leaf_run_id') }}
    limit 1

),

-- A chain stays in its definition: each step then looks through few runs.
sized as materialized (

    select
        runs.run_id,
        runs.decisive_donor_run_id
    from {{ ref('int_flotilla__runs_sized') }} as runs
    inner join worst
        on
            runs.definition_id = worst.definition_id
            and runs.queued_at >= worst.root_queued_at
            and runs.queued_at <= worst.leaf_queued_at

),

climbed as (

    select
        worst.leaf_run_id as run_id,
        0 as links_to_leaf
    from worst
    union all
    select
        sized.decisive_donor_run_id as run_id,
        climbed.links_to_leaf + 1 as links_to_leaf
    from climbed
    inner join sized on climbed.run_id = sized.run_id
    where not climbed.run_id in (select worst.root_run_id from worst)

)

select
    climbed.links_to_leaf,
    runs.run_id,
    runs.definition_alias,
    runs.user_name,
    runs.queued_at,
    runs.memory_mb,
    runs.is_oom,
    coalesce(runs.is_decisive_donor_foreign, false) as is_donor_foreign
from climbed
inner join {{ ref('flotilla__runs') }} as runs on climbed.run_id = runs.run_id
order by climbed.links_to_leaf desc
