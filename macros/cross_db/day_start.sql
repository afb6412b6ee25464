{% macro day_start(day) -%}
    {#- The first instant of a day in the reporting zone. Where clocks go back over midnight it comes
        twice, and both engines take the second: the first is a day after the midnight before. -#}
    {%- set midnight = 'cast(' ~ day ~ ' as timestamp)' -%}
    {%- set zone = "at time zone '" ~ var('reporting_timezone') ~ "'" -%}
    {%- set last = '(' ~ midnight ~ ' ' ~ zone ~ ')' -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {{ last }}
    {%- else -%}
        {%- set first = '((' ~ midnight ~ " - interval '1 day') " ~ zone ~ " + interval '24 hours')" -%}
        (case when ({{ first }} {{ zone }}) = {{ midnight }} then least({{ first }}, {{ last }}) else {{ last }} end)
    {%- endif -%}
{%- endmacro %}
