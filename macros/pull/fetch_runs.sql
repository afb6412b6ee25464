{% macro fetch_runs(copy, scope) -%}
    {#- Fetches what a pull compares from a server beside this database, where there is one. -#}
    {%- if not headroom.is_source_beside() -%}{{ return('') }}{%- endif -%}
    {%- do run_query(headroom.fetch_ranges(scope)) -%}
    {%- do headroom.fetch_keys(scope, headroom.looked_for(headroom.known_runs(copy, scope), 'pull_runs')) -%}
{%- endmacro %}
