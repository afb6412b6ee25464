-- q_value gives equal p values one q value, and counts no row without one.
with

cases (family, p_value, expected) as (

    values
    ('a', 0.01, 0.04),
    ('a', 0.04, 0.0533333333333333),
    ('a', 0.04, 0.0533333333333333),
    ('a', 0.5, 0.5),
    ('b', 0.3, 0.3),
    ('b', cast(null as double precision), cast(null as double precision))

),

ranked as (

    select
        *,
        count(p_value) over (partition by family) as tested,
        {{ p_rank('p_value', 'family') }} as p_rank
    from cases

),

computed as (

    select
        *,
        {{ q_value('p_value', 'tested', 'p_rank', 'family') }} as q_value
    from ranked

)

select *
from computed
where
    abs(q_value - expected) > 0.000000001
    or (q_value is null) <> (expected is null)
