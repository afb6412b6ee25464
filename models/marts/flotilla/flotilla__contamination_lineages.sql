-- A table, not incremental: a chain grows with every run that is sized by its end.
{{ config(materialized='table') }}

with recursive

runs as (

    select
        run_id,
        definition_id,
        definition_alias,
        queued_at,
        coalesce(command_md5, 'none') as command_key,
        memory_mb,
        is_oom,
        is_capped,
        is_decisive_donor_foreign,
        decisive_donor_run_id
    from {{ ref('flotilla__runs') }}
    where
        attribution in ('ara_capped', 'ara_exact', 'ara_in_interval')
        and decisive_donor_run_id is not null

),

limits as (

    select cast({{ threshold('lineage_max_depth') }} as integer) as max_depth

),

donors as (

    select distinct decisive_donor_run_id as run_id
    from runs

),

-- The end of a chain: the run that was given most among those that its last donor sized.
ends as (

    select
        runs.*,
        count(*) over (partition by runs.decisive_donor_run_id) as sized_run_count,
        count(donors.run_id) over (partition by runs.decisive_donor_run_id) as next_donor_count,
        row_number() over (
            partition by runs.decisive_donor_run_id
            order by runs.memory_mb desc, runs.queued_at desc, {{ text_key('runs.run_id') }} asc
        ) as place
    from runs
    left join donors on runs.run_id = donors.run_id

),

-- From each end up, donor by donor. A donor ends before its recipient starts, so a chain cannot
-- close; the depth is bounded all the same.
climbed as (

    select
        run_id as leaf_run_id,
        sized_run_count,
        decisive_donor_run_id as donor_run_id,
        command_key as recipient_command_key,
        case when is_decisive_donor_foreign then 1 else 0 end as is_foreign,
        case when is_capped then 1 else 0 end as is_at_cap,
        1 as depth
    from ends
    where next_donor_count = 0 and place = 1
    union all
    select
        climbed.leaf_run_id,
        climbed.sized_run_count,
        runs.decisive_donor_run_id as donor_run_id,
        runs.command_key as recipient_command_key,
        case when runs.is_decisive_donor_foreign then 1 else 0 end as is_foreign,
        case when runs.is_capped then 1 else 0 end as is_at_cap,
        climbed.depth + 1 as depth
    from climbed
    inner join runs on climbed.donor_run_id = runs.run_id
    cross join limits
    where climbed.depth < limits.max_depth

),

chains as (

    select
        leaf_run_id,
        sized_run_count,
        max(depth) as depth,
        sum(is_foreign) as foreign_link_count,
        max(is_at_cap) as is_cap_reached
    from climbed
    group by leaf_run_id, sized_run_count

),

rooted as (

    select
        chains.*,
        climbed.donor_run_id as root_run_id
    from chains
    inner join climbed on chains.leaf_run_id = climbed.leaf_run_id and chains.depth = climbed.depth

),

-- A root was no chain's recipient: it is known as a donor.
roots as (

    select distinct
        donor_run_id as run_id,
        command_key,
        memory_mb,
        queued_at
    from {{ ref('int_flotilla__oom_donors') }}

),

commands as (

    select
        leaf_run_id,
        recipient_command_key as command_key
    from climbed
    union
    select
        rooted.leaf_run_id,
        roots.command_key
    from rooted
    inner join roots on rooted.root_run_id = roots.run_id

),

counted_commands as (

    select
        leaf_run_id,
        count(*) as distinct_commands
    from commands
    group by leaf_run_id

)

select
    rooted.leaf_run_id,
    rooted.root_run_id,
    leaves.decisive_donor_run_id as last_donor_run_id,
    leaves.definition_id,
    leaves.definition_alias,
    roots.queued_at as root_queued_at,
    leaves.queued_at as leaf_queued_at,
    rooted.depth,
    cast(rooted.foreign_link_count as bigint) as foreign_link_count,
    counted_commands.distinct_commands,
    rooted.sized_run_count,
    roots.memory_mb as root_memory_mb,
    leaves.memory_mb as leaf_memory_mb,
    {{ round_ratio('leaves.memory_mb', 'roots.memory_mb', 2) }} as memory_growth,
    rooted.is_cap_reached = 1 as is_cap_reached,
    leaves.is_oom as is_leaf_oom,
    rooted.depth = limits.max_depth as is_depth_cut
from rooted
cross join limits
inner join runs as leaves on rooted.leaf_run_id = leaves.run_id
inner join roots on rooted.root_run_id = roots.run_id
inner join counted_commands on rooted.leaf_run_id = counted_commands.leaf_run_id
where rooted.depth > 1 and rooted.foreign_link_count > 0
