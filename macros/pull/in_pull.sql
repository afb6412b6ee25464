{% macro in_pull(scope, column) -%}
    {#- Whether a moment lies in what a pull compares (`pull_scope`). -#}
    {%- if scope.is_whole -%}
        true
    {%- else -%}
        (
            {{ column }} is null
            {%- for starts_at, ends_at in scope.ranges %}
                or ({{ column }} >= timestamptz '{{ starts_at }}'
                {%- if ends_at %} and {{ column }} < timestamptz '{{ ends_at }}'{% endif %})
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}
