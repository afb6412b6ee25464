{% macro number_keys(keys) -%}
    {#- Keys of runs in batches: one statement of the source names at most 1,000. -#}
    create or replace temporary table pull_keys as
    select run_id, (row_number() over (order by run_id) - 1) // 1000 as batch
    from ({{ keys }}) as keys
{%- endmacro %}
