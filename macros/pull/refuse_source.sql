{% macro refuse_source(message) -%}
    {{ exceptions.raise_compiler_error('the source was refused: ' ~ message) }}
{%- endmacro %}
