{% macro apply_mask(text, pattern, placeholder, mask_flags) -%}
    {#- One mask, its parts as SQL expressions. DuckDB wants the flags of an expression as a constant. -#}
    case
        when {{ mask_flags }} = 'gi' then regexp_replace({{ text }}, {{ pattern }}, {{ placeholder }}, 'gi')
        else regexp_replace({{ text }}, {{ pattern }}, {{ placeholder }}, 'g')
    end
{%- endmacro %}
