{% macro count_definitions() -%}
    select
        coalesce(max(times) filter (where definition_id is not null), 0) as most_times,
        min({{ readable_text('definition_id') }}) filter (where times > 1) as example,
        coalesce(sum(times) filter (where definition_id is null), 0) as without_key,
        min({{ readable_text('definition_id') }}) filter (
            where least_number < -2147483648 or greatest_number > 2147483647 or not is_readable
        ) as misfit
    from (
        select
            definition_id,
            count(*) as times,
            min(least(memory, cpu, gpu)) as least_number,
            max(greatest(memory, cpu, gpu)) as greatest_number,
            bool_and({% for column in ['definition_id', 'alias', 'image', 'group_name'] -%}
                coalesce({{ is_utf8(column) }}, true){{ ' and ' if not loop.last }}
            {%- endfor %}) as is_readable
        from {{ headroom.raw_definitions() }} as definitions
        group by definition_id
    ) as counted
{%- endmacro %}
