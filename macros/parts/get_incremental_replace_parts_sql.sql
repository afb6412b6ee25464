{% macro get_incremental_replace_parts_sql(arg_dict) -%}
    {#- The strategy of models that are made by parts: the listed ones go, whatever comes back for them. -#}
    {%- set columns = arg_dict.dest_columns | map(attribute='quoted') | join(', ') -%}
    {%- set made = headroom.parts_of(model.compiled_code) -%}
    delete from {{ arg_dict.target_relation }}
    where {{ headroom.in_parts(made.column, made.parts) }};
    insert into {{ arg_dict.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arg_dict.temp_relation }}
{%- endmacro %}
