{% macro count_definitions() -%}
    select
        coalesce(max(times) filter (where definition_id is not null), 0) as most_times,
        min(definition_id) filter (where times > 1) as example,
        coalesce(sum(times) filter (where definition_id is null), 0) as without_key
    from (
        select definition_id, count(*) as times
        from {{ source_or_empty('flotilla', 'task_def') }} as definitions
        group by definition_id
    ) as counted
{%- endmacro %}
