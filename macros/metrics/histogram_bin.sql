{% macro histogram_bin(value) -%}
    {#- The bin of a whole number: 0 for 0, else the number b with 1.04^(b - 1) <= value < 1.04^b. No whole
        number but 1 is a power of 1.04, so up to 10^12 rounding decides nothing, and engines agree (a test tries
        the numbers that are next to an edge). The middle of a bin is at most 2% from what is in it. -#}
    case
        when {{ value }} < 1 then 0
        else 1 + cast(floor(
            ln(cast({{ value }} as double precision)) / ln(cast(1.04 as double precision))
        ) as integer)
    end
{%- endmacro %}
