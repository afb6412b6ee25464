{% macro pattern_times(windows) -%}
    {#- A select: every day, weekday and hour of a window, and how many days of the window it comes in. -#}
    with

    digits as (

        select digit from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)

    ),

    days as (

        select {{ to_day('windows.window_from') }} + (ones.digit + 10 * tens.digit + 100 * hundreds.digit) as day
        from {{ windows }} as windows
        cross join digits as ones
        cross join digits as tens
        cross join digits as hundreds
        where
            {{ to_day('windows.window_from') }} + (ones.digit + 10 * tens.digit + 100 * hundreds.digit)
            <= {{ to_day("(windows.window_until - interval '1 microsecond')") }}

    )

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
        cast(ones.digit + 10 * tens.digit as text) as value,
        count(*) as day_count
    from digits as ones
    cross join digits as tens
    cross join days
    where ones.digit + 10 * tens.digit < 24
    group by ones.digit, tens.digit
{%- endmacro %}
