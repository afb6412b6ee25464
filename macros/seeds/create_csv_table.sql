{% macro create_csv_table(model, agate_table) -%}
    {#- Overrides dbt's own: a landed table that an earlier build read and that is gone is not made again
        as an empty one, which would empty the marts. -#}
    {%- if model.config.get('unique_key') is not none -%}
        {%- do require_never_read(model.name, this) -%}
    {%- endif -%}
    {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{%- endmacro %}
