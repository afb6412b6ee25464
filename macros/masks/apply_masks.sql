{% macro apply_masks(text, rows, kind) -%}
    {#- The masks of a kind among `rows` (what `masks` gives), in their order. Without any rows it is
        NULL rather than the text: the seed may not be there yet, and nothing may show unmasked. -#}
    {%- set masked = namespace(text=text if rows else 'cast(null as text)') -%}
    {%- for row in rows if row[1] == kind -%}
        {%- set quoted = [] -%}
        {%- for part in (row[3], row[4], row[2]) -%}
            {%- do quoted.append("'" ~ part | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- set masked.text = 'regexp_replace(' ~ masked.text ~ ', ' ~ quoted | join(', ') ~ ')' -%}
    {%- endfor -%}
    {{ masked.text }}
{%- endmacro %}
