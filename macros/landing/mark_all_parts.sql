{% macro mark_all_parts(model, relation) -%}
    {#- A statement that marks every part of a landed table, if it has parts. -#}
    {%- if model.config.meta.get('part_kind') -%}
        {%- set touched = 'select ' ~ landed_part(model, 'landed') ~ ' as part from ' ~ relation ~ ' as landed' -%}
        {{ mark_landed_parts(model, touched) }}
    {%- endif -%}
{%- endmacro %}
