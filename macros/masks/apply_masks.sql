{% macro apply_masks(text, rows, kind) -%}
    {#- The masks of a kind among `rows` (what `masks` gives), in their order, part by part; with those of
        secrets go those of kind `keep`, whose sign is taken out at the end. A text without a hint of a
        part is not looked at closely for it: `text` is repeated, so it has to be cheap. Without any rows
        it is NULL rather than the text: the seed may not be there yet, and nothing may show unmasked. -#}
    {%- set kinds = ['keep', 'secret'] if kind == 'secret' else [kind] -%}
    {%- set masked = namespace(text=text if rows else 'cast(null as text)') -%}
    {%- set of_kinds = rows | selectattr(1, 'in', kinds) | list -%}
    {%- for number in of_kinds | map(attribute=6) | unique | sort -%}
        {%- set part = of_kinds | selectattr(6, 'equalto', number) | list -%}
        {%- set hints = holds_hint(text, part) -%}
        {%- set before = masked.text -%}
        {%- for pattern, placeholder, flags in mask_steps(part) -%}
            {%- set quoted = [] -%}
            {%- for written in (pattern, placeholder, flags) -%}
                {%- do quoted.append("'" ~ written | replace("'", "''") ~ "'") -%}
            {%- endfor -%}
            {%- set masked.text = 'regexp_replace(' ~ masked.text ~ ', ' ~ quoted | join(', ') ~ ')' -%}
        {%- endfor -%}
        {%- if hints -%}
            {%- set masked.text = 'case when ' ~ hints ~ ' then ' ~ masked.text ~ ' else ' ~ before ~ ' end' -%}
        {%- endif -%}
    {%- endfor -%}
    {{ "replace(" ~ masked.text ~ ", '" ~ kept_sign() ~ "', '')" if rows and kind == 'secret' else masked.text }}
{%- endmacro %}
