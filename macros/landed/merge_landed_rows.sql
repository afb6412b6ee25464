{% macro merge_landed_rows(model, agate_table) -%}
    {#- Merges the rows of a seed's CSV into its table by key, inside the transaction of the seed. The
        CSV goes into a temporary table of text first. Of two rows with one key the greatest in the
        contract's `newest_by` counts, NULL being the least, then the later one: also against the table's.
        A label that the seed says to keep (meta.keep_label) is replaced only where it was none yet. -#}
    {%- if agate_table.rows | length == 0 -%}{{ return('-- no rows to merge') }}{%- endif -%}
    {%- do headroom.lock_landed_tables() -%}
    {%- set columns = agate_table.column_names -%}
    {%- set types = model.config.column_types -%}
    {%- set key = model.config.unique_key -%}
    {#- A label stays once it is given: landing.py of headroom.landed has the same rule. -#}
    {%- set label = model.config.meta.get('keep_label') -%}
    {%- set newest_by = model.config.meta.get('newest_by', []) -%}
    {%- set incoming = this.identifier ~ '__incoming' -%}
    {%- do stage_landed_rows(model, agate_table, incoming) -%}
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
    {%- set typed -%}
        select
            {% for column in columns -%}
                {{ landed_value(column, types[column]) }} as {{ column }},
            {% endfor -%}
            incoming_row
        from {{ incoming }}
    {%- endset -%}
    {%- set merge -%}
        {% if target.type == 'postgres' -%}
            lock table {{ this }} in share row exclusive mode;
        {% endif -%}
        create temporary table {{ incoming }}_typed as
        select
            {% for column in columns -%}
                {% if label and column in (label.column, label.with) -%}
                    case
                        when landed.{{ key[0] }} is null or landed.{{ label.column }} = '{{ label.until }}'
                            or (
                                landed.{{ label.column }} = incoming.{{ label.column }}
                                and landed.{{ label.with }} is null
                            )
                            then incoming.{{ column }}
                        else landed.{{ column }}
                    end as {{ column }}
                {%- elif newest_by and column not in key -%}
                    case when {{ is_older }} then landed.{{ column }} else incoming.{{ column }} end as {{ column }}
                {%- else -%}
                    incoming.{{ column }}
                {%- endif -%}
                {{ ', ' if not loop.last }}
            {%- endfor %}
        from (
            select
                *,
                row_number() over (
                    partition by {{ key | join(', ') }}
                    order by
                        {% if label -%}
                            case when {{ label.column }} = '{{ label.until }}' then 1 else 0 end,
                        {% endif -%}
                        {% for column in newest_by -%}
                            {{ column }} desc nulls last,
                        {% endfor -%}
                        incoming_row desc
                ) as newest
            from ({{ typed }}) as typed
        ) as incoming
        left join {{ this }} as landed on {{ same_key }}
        where incoming.newest = 1;
        {{ headroom.mark_landed_parts(model, columns, incoming ~ '_typed', same_key) }}
        delete from {{ this }} as landed using {{ incoming }}_typed as incoming where {{ same_key }};
        insert into {{ this }} ({{ columns | join(', ') }})
        select {{ columns | join(', ') }} from {{ incoming }}_typed;
        drop table {{ incoming }}_typed;
        drop table {{ incoming }}
    {%- endset -%}
    {%- do adapter.add_query(merge, auto_begin=false) -%}
    {{ return(merge) }}
{%- endmacro %}
