-- round_root rounds the root of a ratio to the digits asked for, and sends exact halves where told.
with

cases (numerator, denominator, half_up, half_down) as (

    values
    (4, 1, 2.0, 2.0),
    (2, 1, 1.4, 1.4),
    (0, 5, 0.0, 0.0),
    (9, 400, 0.2, 0.1),
    (1, 400, 0.1, 0.0),
    (1225, 10000, 0.4, 0.3),
    (1224, 10000, 0.3, 0.3),
    (1226, 10000, 0.4, 0.4),
    (1, 0, cast(null as numeric(2, 1)), cast(null as numeric(2, 1)))

),

rounded as (

    select
        *,
        {{ round_root('numerator', 'denominator', 1) }} as computed_up,
        {{ round_root('numerator', 'denominator', 1, half='down') }} as computed_down
    from cases

)

select *
from rounded
where
    computed_up is distinct from half_up
    or computed_down is distinct from half_down
