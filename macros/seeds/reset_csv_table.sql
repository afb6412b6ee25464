{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {#- Overrides dbt's own, which truncates, or drops with --full-refresh: the rows of a landed seed
        are history that no file holds any more. They stay; columns new in the contract are added. Any
        other seed is made again where its columns are not those of the table: DuckDB copies by place. -#}
    {%- set known = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
    {%- if model.config.get('unique_key') is none -%}
        {%- set is_other = known != agate_table.column_names | list -%}
        {%- set reset = adapter.dispatch('reset_csv_table', 'dbt') -%}
        {{ return(reset(model, full_refresh or is_other, old_relation, agate_table)) }}
    {%- endif -%}
    {%- do headroom.lock_landed_tables() -%}
    {%- for column in agate_table.column_names if column not in known -%}
        {%- do run_query(
            'alter table ' ~ old_relation ~ ' add column ' ~ column ~ ' ' ~ model.config.column_types[column]
        ) -%}
    {%- endfor -%}
    {%- do rekey_landed_seed(model, old_relation) -%}
    {{ return('-- a landed seed keeps its rows') }}
{%- endmacro %}
