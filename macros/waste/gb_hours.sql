{% macro gb_hours(megabytes, microseconds) -%}
    {#- Memory times time in GB.h, rounded to six places. Up to a million MB for 46 days the product fits a bigint,
        which DuckDB divides in a fiftieth of the time of a hugeint. -#}
    case
        when {{ megabytes }} <= 1000000 and {{ microseconds }} <= 4000000000000
            then {{ as_decimal(round_div(megabytes ~ ' * ' ~ microseconds, 3600000), 6, 38) }}
        else {{ round_wide(wide_integer(megabytes) ~ ' * ' ~ microseconds, 3600000000000, 6, 38) }}
    end
{%- endmacro %}
