-- in_units gives every decimal of 18 digits as a whole number, and sums that 18 digits hold.
with

cases (number, expected) as (

    values
    (cast(999999999999.999999 as decimal(18, 6)), 999999999999999999),
    (cast(-999999999999.999999 as decimal(18, 6)), -999999999999999999),
    (cast(-1.5 as decimal(18, 6)), -1500000),
    (cast(0.000001 as decimal(18, 6)), 1),
    (cast(null as decimal(18, 6)), cast(null as bigint))

),

computed as (

    select
        {{ in_units('number', 6) }} as computed,
        expected
    from cases
    union all
    select
        {{ in_units('sum(number)', 6) }} as computed,
        1999999999999999998 as expected
    from (
        select number from cases
        where expected > 2
        union all
        select number from cases
        where expected > 2
    ) as doubled

)

select *
from computed
where computed is distinct from expected
