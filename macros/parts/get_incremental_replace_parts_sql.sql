{% macro get_incremental_replace_parts_sql(arg_dict) -%}
    {#- The strategy of models that are made by parts: the listed ones go, whatever comes back for them. -#}
    {%- set columns = arg_dict.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict.target_relation }}
    where {{ headroom.in_days('queued_day', headroom.parts_of(model.compiled_code).days) }};
    insert into {{ arg_dict.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arg_dict.temp_relation }}
{%- endmacro %}
