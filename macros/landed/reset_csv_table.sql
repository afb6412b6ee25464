{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {#- Overrides dbt's own, which truncates, or drops with --full-refresh: the rows of a landed seed
        are history that no file holds any more. They stay; columns new in the contract are added. -#}
    {%- if model.config.get('unique_key') is none -%}
        {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
    {%- endif -%}
    {%- set known = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
    {%- for column in agate_table.column_names if column not in known -%}
        {%- do run_query(
            'alter table ' ~ old_relation ~ ' add column ' ~ column ~ ' ' ~ model.config.column_types[column]
        ) -%}
    {%- endfor -%}
    {%- do rekey_landed_rows(model, old_relation) -%}
    {{ return('-- a landed seed keeps its rows') }}
{%- endmacro %}
