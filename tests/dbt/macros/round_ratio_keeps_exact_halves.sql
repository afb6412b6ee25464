-- round_ratio rounds 2.375 to 2.38 and 4.125 to 4.13, which a double would round by chance.
with

cases (numerator, denominator, expected) as (

    values
    (19000, 8000, 2.38),
    (33000, 8000, 4.13),
    (-19000, 8000, -2.38),
    (1, 3, 0.33)

),

rounded as (

    select
        *,
        {{ round_ratio('numerator', 'denominator', 2) }} as computed
    from cases

)

select *
from rounded
where computed is distinct from expected
