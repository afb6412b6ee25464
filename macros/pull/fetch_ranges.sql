{% macro fetch_ranges(scope) -%}
    {#- The runs of the ranges that a pull compares, in one statement of constants. -#}
    create or replace temporary table pull_runs as
    select * from {{ headroom.asked_at_source(headroom.select_raw('task', in_pull(scope, 'queued_at'))) }}
{%- endmacro %}
