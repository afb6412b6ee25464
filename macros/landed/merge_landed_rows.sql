{% macro merge_landed_rows(model, agate_table) -%}
    {#- Merges the rows of a seed's CSV into its table by key, inside the transaction of the seed. The
        CSV goes into a temporary table of text first. Of two rows with one key the greatest in the
        contract's `newest_by` counts, NULL being the least, then the later one: also against the table's. -#}
    {%- set columns = agate_table.column_names -%}
    {%- set types = model.config.column_types -%}
    {%- set key = model.config.unique_key -%}
    {%- set newest_by = (model.config.meta or {}).get('newest_by', []) -%}
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
        create temporary table {{ incoming }}_typed as
        select {{ columns | join(', ') }}
        from (
            select
                *,
                row_number() over (
                    partition by {{ key | join(', ') }}
                    order by
                        {% for column in newest_by -%}
                            {{ column }} desc nulls last,
                        {% endfor -%}
                        incoming_row desc
                ) as newest
            from ({{ typed }}) as typed
        ) as ranked
        where newest = 1;
        {% if target.type == 'postgres' -%}
            lock table {{ this }} in share row exclusive mode;
        {% endif -%}
        {% if newest_by -%}
            delete from {{ incoming }}_typed as incoming using {{ this }} as landed
            where {{ same_key }} and ({{ is_older }});
        {% endif -%}
        delete from {{ this }} as landed using {{ incoming }}_typed as incoming where {{ same_key }};
        insert into {{ this }} ({{ columns | join(', ') }})
        select {{ columns | join(', ') }} from {{ incoming }}_typed;
        drop table {{ incoming }}_typed;
        drop table {{ incoming }}
    {%- endset -%}
    {%- do adapter.add_query(merge, auto_begin=false) -%}
    {{ return(merge) }}
{%- endmacro %}
