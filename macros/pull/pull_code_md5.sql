{% macro pull_code_md5() -%}
    {#- The code of the pull as one value: what other code wrote is compared with all of the source. -#}
    {%- set written = [model.raw_code] -%}
    {%- for name in macros_used([model.unique_id]) -%}
        {%- do written.append(context['headroom'][name].macro.macro_sql) -%}
    {%- endfor -%}
    {{ return(local_md5(written | join('||'))) }}
{%- endmacro %}
