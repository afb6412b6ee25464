{% macro last_said(column, data_type) -%}
    {#- Of all reports of a build, what the last one says that says anything. An array forgets the
        scale of a decimal: hence the type. -#}
    cast(
        (array_agg({{ column }} order by report_rank) filter (where {{ column }} is not null))[1]
        as {{ data_type }}
    )
{%- endmacro %}
