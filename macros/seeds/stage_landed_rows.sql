{% macro stage_landed_rows(model, agate_table, staging_table) -%}
    {#- Puts a seed's rows as text into a new temporary table, numbered in their order. -#}
    {{ return(adapter.dispatch('stage_landed_rows', 'headroom')(model, agate_table, staging_table)) }}
{%- endmacro %}

{% macro postgres__stage_landed_rows(model, agate_table, staging_table) -%}
    {%- set columns = agate_table.column_names -%}
    {%- do run_query(
        'create temporary table ' ~ staging_table
        ~ ' (incoming_row bigint generated always as identity, ' ~ columns | join(' text, ') ~ ' text)'
    ) -%}
    {#- One template for a row: dbt's own loader asks for the placeholder once for every cell. -#}
    {%- set row = '(' ~ (['%s'] * columns | length) | join(', ') ~ ')' -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set bindings = [] -%}
        {%- for cells in rows -%}{%- do bindings.extend(cells) -%}{%- endfor -%}
        {%- do adapter.add_query(
            'insert into ' ~ staging_table ~ ' (' ~ columns | join(', ') ~ ') values '
            ~ ([row] * rows | length) | join(', '),
            bindings=bindings,
            abridge_sql_log=true
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro duckdb__stage_landed_rows(model, agate_table, staging_table) -%}
    {%- set path = adapter.get_seed_file_path(model) | replace("'", "''") -%}
    {%- do adapter.add_query(
        'create temporary table ' ~ staging_table ~ ' as select *, row_number() over () as incoming_row'
        ~ " from read_csv('" ~ path ~ "', header = true, all_varchar = true, delim = ',', quote = '\"',"
        ~ " escape = '\"', parallel = false, max_line_size = 16777216)",
        auto_begin=false
    ) -%}
{%- endmacro %}
