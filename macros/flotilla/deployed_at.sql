{% macro deployed_at(change) -%}
    (
        select deployed_at_utc
        from {{ ref('deployments') }}
        where change = '{{ change }}' and environment = '{{ var("environment") }}'
    )
{%- endmacro %}
