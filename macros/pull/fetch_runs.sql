{% macro fetch_runs(copy, scope) -%}
    {#- Fetches what a pull compares from a server beside this database, where there is one. -#}
    {%- if not headroom.is_source_beside() -%}{{ return('') }}{%- endif -%}
    {%- for fetched in headroom.fetch_ranges(scope) -%}
        {%- do run_query(fetched) -%}
    {%- endfor -%}
    {%- do headroom.fetch_keys(scope, headroom.looked_for(headroom.known_runs(copy, scope), 'pull_runs')) -%}
{%- endmacro %}
