{% macro as_of_open_day() -%}
    {#- The first day that is not over at the cut: earlier days can be read from marts at day grain. In
        some zones clocks go back from just after midnight, and a day is not over when the next has begun. -#}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {{ to_day('(' ~ as_of_end() ~ ')') }}
    {%- else -%}
        least(
            {{ to_day('(' ~ as_of_end() ~ ')') }},
            {{ to_day('(' ~ as_of_end() ~ " + interval '30 minutes')") }}
        )
    {%- endif -%}
{%- endmacro %}
