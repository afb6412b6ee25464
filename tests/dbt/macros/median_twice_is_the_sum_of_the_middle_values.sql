-- median_twice is twice the middle value, or the sum of the two in the middle.
with

cases (series, number, expected) as (

    values
    ('odd', 3, 4), ('odd', 1, 4), ('odd', 2, 4),
    ('even', 7, 5), ('even', 1, 5), ('even', 3, 5), ('even', 2, 5),
    ('one', 9, 18)

),

computed as (

    select
        series,
        max(expected) as expected,
        {{ median_twice('number') }} as computed
    from cases
    group by series

)

select *
from computed
where computed <> expected
