{% macro is_same_run(one, other) -%}
    {#- Whether two rows are of one run, where one of the tables is all of history: by the index of run_id;
        on DuckDB, which reads the column from its beginning, by a number, a fifth of the bytes. That two
        runs have one number is less likely than a fault of the disk. -#}
    {{ adapter.dispatch('is_same_run', 'headroom')(one, other) }}
{%- endmacro %}

{% macro default__is_same_run(one, other) -%}
    {{ one }}.run_id = {{ other }}.run_id
{%- endmacro %}

{% macro duckdb__is_same_run(one, other) -%}
    {{ one }}.run_number = {{ other }}.run_number
{%- endmacro %}
