-- poisson_tail gives the tabled values: nothing is below the count 0, far tails keep their digits.
with

cases (failures, expected, tail) as (

    values
    (0, 3.0, 1.0),
    (1, 3.0, 0.950212931632136),
    (6, 0.8, 0.000184344),
    (16, 6.0, 0.000508820),
    (1, 0.0, 0.0)

),

computed as (

    select
        *,
        {{ poisson_tail('failures', 'expected') }} as computed
    from cases

)

select *
from computed
where abs(computed - tail) > 0.0000005
