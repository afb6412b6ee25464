{% macro holds_hint(text, rows) -%}
    {#- Whether a text holds a hint of the masks in `rows`: most do not, and the masks cost ten times as
        much. A hint is some words, parted by bars, or with a bracket a pattern. Nothing without hints. -#}
    {%- set words, tests = [], [] -%}
    {%- for hint in rows | map(attribute=5) | select | unique -%}
        {%- if '[' in hint -%}
            {%- do tests.append(text_matches(text, "'" ~ hint ~ "'")) -%}
        {%- else -%}
            {%- do words.extend(hint.split('|')) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if words -%}
        {%- do tests.insert(0, holds_any(text, words | unique | list)) -%}
    {%- endif -%}
    {{ return(tests | join(' or ')) }}
{%- endmacro %}
