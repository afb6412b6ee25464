{% macro definition_differences() -%}
    {#- The definitions of the source that are new, changed or gone, each with the first day whose runs the
        difference can reach: all of its runs where it was not known, else those queued from now on. -#}
    {%- set columns = ['alias', 'image', 'group_name', 'memory', 'cpu', 'gpu', 'adaptive_resource_allocation'] -%}
    select
        coalesce(found.definition_id, known.definition_id) as definition_id,
        known.definition_id is null as is_new
    from {{ headroom.raw_definitions() }} as found
    full join {{ source('pulled', 'pulled_definitions') }} as known on found.definition_id = known.definition_id
    where
        found.definition_id is null
        or known.definition_id is null
        {%- for column in columns %}
            or found.{{ column }} is distinct from known.{{ column }}
        {%- endfor %}
{%- endmacro %}
