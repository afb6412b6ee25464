{% macro failure_window_days() -%}
    {#- The days that the marts on nodes and images look at: up to the last day known. -#}
    select
        last_day - (cast({{ threshold('failure_node_window_days') }} as integer) - 1) as window_from,
        last_day as window_until
    from (
        select max(known_day) as last_day
        from (
            select max(started_day) as known_day from {{ ref('int_failures__attempts') }}
            union all
            select max(failed_day) as known_day from {{ ref('failures__failures') }}
        ) as days
    ) as last_days
{%- endmacro %}
