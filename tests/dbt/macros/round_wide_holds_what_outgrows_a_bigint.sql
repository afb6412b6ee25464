-- round_wide rounds quotients half up, also of numbers that outgrow a bigint.
with

cases (numerator, denominator, expected) as (

    values
    ('2375', '1000', 2.38),
    ('2374999999999999999999999999', '1000000000000000000000000000', 2.37),
    ('2375000000000000000000000000', '1000000000000000000000000000', 2.38),
    ('1', '0', cast(null as numeric(3, 2)))

),

rounded as (

    select
        *,
        {{ round_wide('numerator', 'denominator', 2) }} as computed
    from cases
    union all
    select
        '12345678901234567890125' as numerator,
        '1000' as denominator,
        12345678901234567890.13 as expected,
        {{ round_wide("'12345678901234567890125'", "'1000'", 2, precision=38) }} as computed

)

select *
from rounded
where computed is distinct from expected
