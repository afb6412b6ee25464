{% macro epoch_microseconds(instant) -%}
    {#- An instant as a whole number, to which durations can be added. -#}
    {{ microseconds_between("cast('1970-01-01 00:00:00+00' as timestamptz)", instant) }}
{%- endmacro %}
