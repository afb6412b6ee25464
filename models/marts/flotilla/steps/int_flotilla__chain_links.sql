-- By doubling, not by recursion: after each of these steps twice as many links are known, and each
-- run knows the one that lies twice as far up.
{%- set doublings = 6 %}
with

limits as (

    select
        least(cast({{ threshold('lineage_max_depth') }} as integer), {{ 2 ** doublings }})
            as max_depth

),

jumps_0 as (

    select
        runs.run_id,
        donors.run_id as reached_run_id
    from {{ ref('int_flotilla__runs_sized') }} as runs
    inner join {{ ref('int_flotilla__runs_sized') }} as donors
        on runs.decisive_donor_run_id = donors.run_id

),

links_0 as (

    select
        leaf_run_id,
        leaf_run_id as recipient_run_id,
        1 as depth
    from {{ ref('int_flotilla__chain_ends') }}

),

{% for doubling in range(doublings) %}
    links_{{ doubling + 1 }} as (

        select
            leaf_run_id,
            recipient_run_id,
            depth
        from links_{{ doubling }}
        union all
        select
            links_{{ doubling }}.leaf_run_id,
            jumps_{{ doubling }}.reached_run_id as recipient_run_id,
            links_{{ doubling }}.depth + {{ 2 ** doubling }} as depth
        from links_{{ doubling }}
        inner join jumps_{{ doubling }}
            on links_{{ doubling }}.recipient_run_id = jumps_{{ doubling }}.run_id

    ),

    {% if not loop.last %}
        jumps_{{ doubling + 1 }} as (

            select
                jumps_{{ doubling }}.run_id,
                further.reached_run_id
            from jumps_{{ doubling }}
            inner join jumps_{{ doubling }} as further
                on jumps_{{ doubling }}.reached_run_id = further.run_id

        ),
    {% endif %}
{% endfor %}

bounded as (

    select
        links_{{ doublings }}.*,
        limits.max_depth
    from links_{{ doublings }}
    cross join limits
    where links_{{ doublings }}.depth <= limits.max_depth

)

select
    leaf_run_id,
    recipient_run_id,
    depth,
    max_depth
from bounded
