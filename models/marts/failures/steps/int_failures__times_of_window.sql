with

digits as (

    select digits.digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)

),

numbers as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds

),

days as (

    select {{ to_day('scope.window_from') }} + numbers.number as day
    from {{ ref('int_failures__scope') }} as scope
    cross join numbers
    where
        {{ to_day('scope.window_from') }} + numbers.number
        <= {{ to_day("(scope.window_until - interval '1 microsecond')") }}

)

-- On how many days of the window each time comes.
select
    'day' as dimension,
    cast(day as text) as value,
    cast(1 as bigint) as day_count
from days
union all
select
    'weekday' as dimension,
    cast(cast(extract(isodow from day) as integer) as text) as value,
    count(*) as day_count
from days
group by extract(isodow from day)
union all
select
    'hour' as dimension,
    cast(numbers.number as text) as value,
    count(*) as day_count
from numbers
cross join days
where numbers.number < 24
group by numbers.number
