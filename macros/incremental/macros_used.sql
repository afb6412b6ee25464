{% macro macros_used(unique_ids) -%}
    {#- Names only of this project: dbt's own macros change with dbt's version, and an upgrade alone
        must not cost a build of all history. -#}
    {%- set found = [] -%}
    {%- for unique_id in unique_ids -%}
        {%- do found.extend((graph.nodes.get(unique_id) or {}).get('depends_on', {}).get('macros', [])) -%}
    {%- endfor -%}
    {%- set names = [] -%}
    {%- for macro in found if macro.startswith('macro.headroom.') -%}
        {%- set name = macro.split('.')[-1] -%}
        {%- if name not in names -%}
            {%- do names.append(name) -%}
            {%- do found.extend(context['headroom'][name].macro.depends_on.macros) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(names | sort) -}}
{%- endmacro %}
