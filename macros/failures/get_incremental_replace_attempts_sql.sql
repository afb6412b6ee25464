{% macro get_incremental_replace_attempts_sql(arg_dict) -%}
    {#- The strategy of facts on attempts: `replace_parts` for the days of runs; all that is landed is made in
        each build, and goes before. A run that came to be named by something loaded was not landed before. -#}
    delete from {{ arg_dict.target_relation }} where is_landed;
    delete from {{ arg_dict.target_relation }}
    where {{ arg_dict.unique_key }} in (
        select {{ arg_dict.unique_key }} from {{ arg_dict.temp_relation }} where is_landed
    );
    {{ headroom.get_incremental_replace_parts_sql(arg_dict) }}
{%- endmacro %}
