with

nodes as (

    select
        node_runs.*,
        builds.started_at,
        builds.ended_at
    from {{ ref('stg_operations__node_runs') }} as node_runs
    inner join {{ ref('stg_operations__builds') }} as builds on node_runs.build_id = builds.build_id
    where
        node_runs.node_kind = 'model'
        and substr(node_runs.node_name, 1, 4) not in ('base', 'stg_', 'int_')

),

-- What was kept as it was, as views are, was made as well.
made as (

    select
        node_name,
        max(build_id) as build_id
    from nodes
    where status in ('success', 'no-op')
    group by node_name

),

held as (

    select
        nodes.node_name,
        min(nodes.build_id) as first_build_id,
        max(nodes.build_id) as last_build_id
    from nodes
    left join made on nodes.node_name = made.node_name
    where nodes.status in ('skipped', 'error') and nodes.build_id > coalesce(made.build_id, 0)
    group by nodes.node_name

),

marts as (

    select node_name from made
    union distinct
    select node_name from held

)

select
    marts.node_name as mart_name,
    last_made.build_id,
    coalesce(last_made.ended_at, last_made.started_at) as made_at,
    held.node_name is not null as is_held,
    first_held.started_at as held_since,
    case
        when held.node_name is not null then coalesce(last_held.held_by, last_held.node_name)
    end as held_because
from marts
left join made on marts.node_name = made.node_name
left join nodes as last_made
    on made.node_name = last_made.node_name and made.build_id = last_made.build_id
left join held on marts.node_name = held.node_name
left join nodes as first_held
    on held.node_name = first_held.node_name and held.first_build_id = first_held.build_id
left join nodes as last_held
    on held.node_name = last_held.node_name and held.last_build_id = last_held.build_id
