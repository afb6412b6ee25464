with

blamed as (

    select
        'node' as subject_kind,
        node_name as subject,
        lone_failure_count,
        expected_failures,
        q_value,
        window_from
    from {{ ref('failures__nodes') }}
    where is_flagged
    union all
    select
        'image' as subject_kind,
        image as subject,
        lone_failure_count,
        expected_failures,
        q_value,
        window_from
    from {{ ref('failures__images') }}
    where is_flagged

)

select
    'hot_' || subject_kind as trouble_kind,
    subject,
    'warning' as severity,
    cast(lone_failure_count as text) || ' failures since ' || cast(window_from as text)
    || ', where ' || cast(cast(expected_failures as decimal(18, 1)) as text)
    || ' are expected of what ran there (q '
    || case
        when q_value < 0.0001 then '< 0.0001'
        else '= ' || cast(cast(q_value as decimal(18, 4)) as text)
    end || ')' as evidence,
    case
        when subject_kind = 'node' then 'cordon the node and look at it: see failures__nodes'
        else 'look at the image: see failures__images'
    end as remedy
from blamed
