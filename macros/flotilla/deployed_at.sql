{% macro deployed_at(change, moment='fully_deployed_at_utc') -%}
    {#- When a change was fully in effect (or another moment of it) in the environment of the var `environment`. -#}
    (
        select {{ moment }}
        from {{ ref('deployments') }}
        where change = '{{ change }}' and environment = '{{ var("environment") }}'
    )
{%- endmacro %}
