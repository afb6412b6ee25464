{% macro merge_incoming_rows(model, relation, columns) -%}
    {#- Statements that merge `incoming_<name>`, rows numbered in their order, into a landed table by key and
        write only what differs; `merged_<name>` says of each key what became of it. Of two rows with one key
        the best counts, then the later one: also against the table's. A label that the seed says to keep
        (`meta.keep_label`) stays once it is given. -#}
    {%- set key, newest_by = model.config.unique_key, model.config.meta.get('newest_by', []) -%}
    {%- set label = model.config.meta.get('keep_label') -%}
    {%- set merged = 'merged_' ~ model.name -%}
    {%- set same_key -%}
        {%- for column in key -%}
            landed.{{ column }} = incoming.{{ column }}{{ ' and ' if not loop.last }}
        {%- endfor -%}
    {%- endset -%}
    {%- set is_older -%}
        false
        {%- for column in newest_by %}
            or (
                {% for other in newest_by[:loop.index0] -%}
                    landed.{{ other }} is not distinct from incoming.{{ other }} and
                {% endfor -%}
                coalesce(landed.{{ column }} > incoming.{{ column }}, landed.{{ column }} is not null)
            )
        {%- endfor -%}
    {%- endset -%}
    {%- set keeps_label -%}
        {%- if label -%}
            landed.{{ label.column }} <> '{{ label.until }}'
            and (landed.{{ label.column }} <> incoming.{{ label.column }} or landed.{{ label.with }} is not null)
        {%- endif -%}
    {%- endset -%}
    {%- set labels = [label.column, label.with] if label else [] -%}
    create temporary table {{ merged }} as
    select
        {% for column in columns -%}
            {%- if column in key -%}
                incoming.{{ column }},
            {%- else -%}
                case
                    when {{ keeps_label if column in labels else is_older }} then landed.{{ column }}
                    else incoming.{{ column }}
                end as {{ column }},
            {%- endif %}
        {% endfor -%}
        landed.{{ key[0] }} is null as is_new,
        coalesce(
            false
            {%- for column in columns if column not in key %}
                or (
                    landed.{{ column }} is distinct from incoming.{{ column }}
                    and not ({{ keeps_label if column in labels else is_older }})
                )
            {%- endfor %},
            false
        ) as is_different,
        {% if label -%}
            case
                when
                    incoming.{{ label.column }} <> '{{ label.until }}'
                    and {{ keeps_label }}
                    and (
                        landed.{{ label.column }} <> incoming.{{ label.column }}
                        or landed.{{ label.with }} <> incoming.{{ label.with }}
                    )
                    then landed.{{ label.column }} || coalesce(', experiment ' || landed.{{ label.with }}, '')
            end
        {%- else -%}
            cast(null as text)
        {%- endif %} as kept_label,
        {{ landed_part(model, 'landed') if model.config.meta.get('part_kind') else 'cast(null as text)' }} as known_part
    from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }} order by {{ best_landed_first(model) }} incoming_row desc
            ) as newest
        from incoming_{{ model.name }}
    ) as incoming
    left join {{ relation }} as landed on {{ same_key }}
    where incoming.newest = 1;
    {{ mark_merged_parts(model, relation) }}
    delete from {{ relation }} as landed
    using {{ merged }} as incoming
    where {{ same_key }} and incoming.is_different;
    insert into {{ relation }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from {{ merged }} where is_new or is_different
{%- endmacro %}
