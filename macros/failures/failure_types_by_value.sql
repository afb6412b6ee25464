{% macro failure_types_by_value(failures) -%}
    {#- A select: the types of the current failures of each value in words, the most frequent first. -#}
    select
        dimension,
        value,
        string_agg(
            failure_type || ' ' || failure_count, ', '
            order by failure_count desc, {{ text_key('failure_type') }}
        ) as failure_types
    from (
        {%- for dimension, value in pattern_dimensions('failed').items() %}
            select
                '{{ dimension }}' as dimension,
                cast({{ value }} as text) as value,
                failure_type,
                count(*) as failure_count
            from {{ failures }}
            where is_current and {{ value }} is not null
            group by {{ value }}, failure_type
            {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as types
    group by dimension, value
{%- endmacro %}
