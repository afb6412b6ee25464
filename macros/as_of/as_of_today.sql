{% macro as_of_today() -%}
    {#- The day in which the last visible moment lies: what a report calls today. -#}
    {{ to_day('(' ~ as_of_end() ~ " - interval '1 microsecond')") }}
{%- endmacro %}
