{% macro mark_touched_parts(model, relation, rows) -%}
    {#- A statement that marks the parts of rows which came or went, if the table has parts; `rows` follows a
        FROM, with the alias `touching`. -#}
    {%- if model.config.meta.get('part_kind') -%}
        {{ mark_landed_parts(model, touched_parts(model, relation, rows)) }}
    {%- endif -%}
{%- endmacro %}
