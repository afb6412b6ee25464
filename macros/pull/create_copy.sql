{% macro create_copy(copy) -%}
    {#- The table with the columns that the model declares; one that a newer version declares is added. -#}
    {%- set declared = model.columns.values() | list -%}
    {%- if not is_relation_there(copy) -%}
        {% call statement('create_copy') %}
            create table {{ copy }} (
                {%- for column in declared %}
                    {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
                {%- endfor %}
            )
        {% endcall %}
    {%- else -%}
        {%- set known = adapter.get_columns_in_relation(copy) | map(attribute='name') | list -%}
        {%- for column in declared if column.name not in known -%}
            {%- do run_query("alter table " ~ copy ~ " add column " ~ column.name ~ " " ~ column.data_type) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
