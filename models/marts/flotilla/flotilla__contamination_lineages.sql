-- A table, not incremental: a chain grows with every run that is sized by its end.
{{ config(materialized='table') }}

with

runs as (

    select * from {{ ref('int_flotilla__runs_sized') }}

),

links as (

    select * from {{ ref('int_flotilla__chain_links') }}

),

climbed as (

    select
        links.leaf_run_id,
        links.depth,
        links.max_depth,
        runs.decisive_donor_run_id as donor_run_id,
        runs.command_key as recipient_command_key,
        case when runs.is_decisive_donor_foreign then 1 else 0 end as is_foreign,
        case when runs.is_capped then 1 else 0 end as is_at_cap
    from links
    inner join runs on links.recipient_run_id = runs.run_id

),

chains as (

    select
        leaf_run_id,
        max_depth,
        max(depth) as depth,
        sum(is_foreign) as foreign_link_count,
        max(is_at_cap) as is_cap_reached
    from climbed
    group by leaf_run_id, max_depth

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
    ends.sized_run_count,
    roots.memory_mb as root_memory_mb,
    leaves.memory_mb as leaf_memory_mb,
    {{ round_ratio('leaves.memory_mb', 'roots.memory_mb', 2) }} as memory_growth,
    rooted.is_cap_reached = 1 as is_cap_reached,
    leaves.is_oom as is_leaf_oom,
    rooted.depth = rooted.max_depth as is_depth_cut
from rooted
inner join {{ ref('int_flotilla__chain_ends') }} as ends on rooted.leaf_run_id = ends.leaf_run_id
inner join runs as leaves on rooted.leaf_run_id = leaves.run_id
inner join roots on rooted.root_run_id = roots.run_id
inner join counted_commands on rooted.leaf_run_id = counted_commands.leaf_run_id
where rooted.depth > 1 and rooted.foreign_link_count > 0
