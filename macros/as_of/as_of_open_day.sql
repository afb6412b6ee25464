{% macro as_of_open_day() -%}
    {#- The first day that is not over at the cut: earlier days can be read from marts at day grain. -#}
    {{ to_day('(' ~ as_of_end() ~ ')') }}
{%- endmacro %}
