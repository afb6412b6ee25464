{% macro shift_days() -%}
    {#- How many days are compared around a date: four weeks before it, with four of each weekday, and at most
        one week from it on, among which the largest difference is the date. Not thresholds: the frame of a
        window takes a number. docs/methods/effects__shifts.md has what these reach. -#}
    {{ return({'before': 28, 'after': 7}) }}
{%- endmacro %}
