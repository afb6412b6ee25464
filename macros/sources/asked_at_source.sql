{% macro asked_at_source(statement) -%}
    {#- A select on raw tables, to select from. It holds nothing but these and constants, and names them
        without a database: where they are on a server beside this database, that server answers it, with
        its indexes, in the transaction's one snapshot. -#}
    {%- if not headroom.is_source_beside() -%}{{ return('(' ~ statement ~ ')') }}{%- endif -%}
    postgres_query('flotilla_source', '{{ statement | replace("'", "''") }}')
{%- endmacro %}
