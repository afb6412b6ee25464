-- round_div rounds half away from zero, keeps signs, and gives NULL for a zero denominator.
with

cases (numerator, denominator, expected) as (

    values
    (5, 2, 3),
    (-5, 2, -3),
    (4, 2, 2),
    (7, 3, 2),
    (8, 3, 3),
    (0, 3, 0),
    (1, 0, cast(null as integer)),
    (cast(null as integer), 2, cast(null as integer))

),

rounded as (

    select
        *,
        {{ round_div('numerator', 'denominator') }} as computed
    from cases

)

select *
from rounded
where computed is distinct from expected
