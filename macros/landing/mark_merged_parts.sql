{% macro mark_merged_parts(model, relation) -%}
    {#- A statement that marks the parts of rows that a merge writes, and those in which they were before, if
        the table has parts. -#}
    {%- if model.config.meta.get('part_kind') -%}
        {%- set merged = 'merged_' ~ model.name ~ ' as touching where touching.' -%}
        {%- set touched -%}
            {{ touched_parts(model, relation, merged ~ 'is_new') }}
            union
            select {{ landed_part(model, 'touching') }} from {{ merged }}is_different and not is_new
            union
            select known_part from {{ merged }}is_different and not is_new
        {%- endset -%}
        {{ mark_landed_parts(model, touched) }}
    {%- endif -%}
{%- endmacro %}
