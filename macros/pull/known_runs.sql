{% macro known_runs(copy, scope) -%}
    (select * from {{ copy }} where {{ in_pull(scope, 'queued_at') }})
{%- endmacro %}
