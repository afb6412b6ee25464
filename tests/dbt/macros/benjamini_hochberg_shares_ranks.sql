-- benjamini_hochberg gives equal p values one q value, and counts no row without one.
with

cases as (

    select * from (values
        ('a', 0.01, 0.04), ('a', 0.04, 0.0533333333333333), ('a', 0.04, 0.0533333333333333), ('a', 0.5, 0.5),
        ('b', 0.3, 0.3), ('b', cast(null as double precision), cast(null as double precision))
    ) as cases (family, p_value, expected)

),

computed as ({{ benjamini_hochberg('cases', ['family']) }})

select *
from computed
where
    abs(q_value - expected) > 0.000000001
    or (q_value is null) <> (expected is null)
