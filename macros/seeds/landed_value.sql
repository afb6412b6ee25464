{% macro landed_value(column, data_type) -%}
    {#- A cell of a landed CSV as its column holds it. An empty cell and the word null are NULL, quoted
        or not. Text that begins with a backslash was escaped when it was written, because it is empty,
        looks like NULL, begins like a formula of a spreadsheet, or holds a carriage return, which dbt's
        reader would lose: ~r is one, ~t is ~. -#}
    {%- set cell = "case when lower(trim(" ~ column ~ ")) not in ('', 'null') then " ~ column ~ ' end' -%}
    {%- if data_type == 'text' -%}
        case
            when substr({{ column }}, 1, 1) = chr(92)
                then replace(replace(substr({{ column }}, 2), '~r', chr(13)), '~t', '~')
            else {{ cell }}
        end
    {%- else -%}
        cast({{ cell }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}
