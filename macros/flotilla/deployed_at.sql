{% macro deployed_at(change, moment='deployed_at_utc') -%}
    {#- When a change took effect (or was merged) in the environment of the var `environment`. -#}
    (
        select {{ moment }}
        from {{ ref('deployments') }}
        where change = '{{ change }}' and environment = '{{ var("environment") }}'
    )
{%- endmacro %}
