{% macro rekey_landed_rows(model, relation, microseconds) -%}
    {#- Statements that give landed events which an older version keyed by their whole line (32 digits) the key
        that a load gives them (`meta.event_key`). Of events that are equal then, the best stays. -#}
    {%- set key = model.config.unique_key[0] -%}
    {%- set columns = model.config.column_types | join(', ') -%}
    {%- set twice = 'twice_' ~ model.name -%}
    update {{ relation }}
    set {{ key }} = {{ event_id(model, microseconds) }}
    where length({{ key }}) = 32;
    create temporary table {{ twice }} as
    select *
    from (
        select
            *,
            row_number() over (partition by {{ key }} order by {{ best_landed_first(model) }} {{ key }}) as place,
            count(*) over (partition by {{ key }}) as copies
        from {{ relation }}
    ) as ranked
    where copies > 1;
    delete from {{ relation }} where {{ key }} in (select {{ key }} from {{ twice }});
    insert into {{ relation }} ({{ columns }}) select {{ columns }} from {{ twice }} where place = 1;
    {{ mark_all_parts(model, relation) }}
    drop table {{ twice }}
{%- endmacro %}
