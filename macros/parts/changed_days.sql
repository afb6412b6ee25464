{% macro changed_days(until, reaches_days, pulled_days) -%}
    {#- The days to make, as texts, none for runs that were never queued. -#}
    {%- set statement -%}
        with made as (
            select coalesce(max(change_number), 0) as change_number
            from headroom_operations.made_parts
            where model_name = '{{ model.name }}'
        ),
        changed as (
            select changed_parts.queued_day
            from headroom_operations.changed_parts
            inner join made on changed_parts.change_number > made.change_number
            where changed_parts.change_number <= {{ until }}
        )
        select cast(queued_day as text) || ' ' as queued_day from changed
        {%- if pulled_days %}
            union
            select cast(days.queued_day as text) || ' '
            from {{ pulled_days }} as days
            inner join changed
                on
                    days.queued_day <= changed.queued_day + {{ reaches_days }}
                    and (
                        days.queued_day >= changed.queued_day
                        or days.last_started_at >= {{ day_start('changed.queued_day') }}
                    )
        {%- endif %}
    {%- endset -%}
    {%- set days = [] -%}
    {%- for row in headroom.rows_of(statement) -%}
        {%- do days.append(row[0] | trim if row[0] else none) -%}
    {%- endfor -%}
    {{ return(days) }}
{%- endmacro %}
