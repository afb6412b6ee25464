{% macro as_of_end() -%}
    {#- The exclusive end of what an analysis may see, from the var `as_of`: a date reaches to the end
        of its UTC day, a timestamp cuts within its day, nothing means the last day of history. -#}
    {%- set as_of = var('as_of') | string -%}
    {%- if as_of == '' -%}
        (select {{ day_start('max(queued_day) + 1') }} from {{ ref('flotilla__allocation_daily') }})
    {%- elif as_of | length == 10 -%}
        (timestamptz '{{ as_of }}T00:00:00Z' + interval '1 day')
    {%- else -%}
        timestamptz '{{ as_of }}'
    {%- endif -%}
{%- endmacro %}
