-- wilson_bound ranks 6 of 7 (0.49) above 3 of 4 (0.30) and 1 of 1 (0.21); nothing tried is NULL.
with

cases (successes, trials, low) as (

    values
    (6, 7, 0.49),
    (3, 4, 0.30),
    (1, 1, 0.21),
    (0, 5, 0.00),
    (0, 0, cast(null as decimal(3, 2)))

),

computed as (

    select
        *,
        {{ wilson_bound('successes', 'trials', 'low') }} as computed
    from cases

)

select *
from computed
where
    abs(computed - low) > 0.005
    or (computed is null) <> (low is null)
