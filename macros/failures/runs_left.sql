{% macro runs_left() -%}
    {#- A query: the days of runs that a model holds as landed, and that nothing loaded names any more. -#}
    select cast(submitted_day as text) as part from {{ this }}
    where
        is_landed
        and attempt_id like 'flotilla:%'
        and attempt_id not in (select attempt_id from {{ ref('int_failures__runs_named') }})
{%- endmacro %}
