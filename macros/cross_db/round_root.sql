{% macro round_root(numerator, denominator, digits, half='up') -%}
    {#- The square root of a ratio of wide whole numbers, rounded exactly: a double only says where to
        look, and whole numbers decide. `half='down'` sends an exact half towards zero, which is what
        1 - root needs to be rounded half up. -#}
    {%- set factor = 10 ** digits -%}
    {%- set near -%}
        {{ wide_integer(
            'floor(sqrt(cast(' ~ numerator ~ ' as double precision) / nullif(cast(' ~ denominator
            ~ ' as double precision), 0)) * ' ~ factor ~ ')'
        ) }}
    {%- endset -%}
    {%- set reached = '<=' if half == 'up' else '<' -%}
    {%- set units -%}
        {{ near }} - 1
        {%- for step in [-1, 1, 3] %}
            + case
                when 2 * {{ near }} + {{ step }} <= 0 then 1
                when
                    (2 * {{ near }} + {{ step }}) * (2 * {{ near }} + {{ step }}) * {{ wide_integer(denominator) }}
                    {{ reached }} {{ 4 * factor * factor }} * {{ wide_integer(numerator) }}
                    then 1
                else 0
            end
        {%- endfor %}
    {%- endset -%}
    {{ as_decimal(units, digits) }}
{%- endmacro %}
