{% macro require_never_read(source_name, relation) -%}
    {#- Raises an error where a build read this raw or landed table before: it is lost, not absent. -#}
    {%- if not is_relation_there(sources_read_relation()) -%}{{ return('') }}{%- endif -%}
    {%- set known = run_query(
        "select count(*) from " ~ sources_read_relation() ~ " where source_name = '" ~ source_name ~ "'"
    ) -%}
    {%- if known.rows[0][0] > 0 -%}
        {{ exceptions.raise_compiler_error(
            relation.schema ~ '.' ~ relation.identifier ~ ' was read by an earlier build and is gone; the marts keep'
            ~ ' what they hold. Bring the table back. To do without it for good: delete from '
            ~ sources_read_relation().include(database=false) ~ " where source_name = '" ~ source_name ~ "'"
        ) }}
    {%- endif -%}
{%- endmacro %}
