{% macro masks_md5() -%}
    {#- The masks of secrets as one value: a text that was masked by others is read again. -#}
    {%- set written = [] -%}
    {%- for mask in masks() if mask[1] in ('keep', 'secret') -%}
        {%- do written.append(mask | join('|')) -%}
    {%- endfor -%}
    {{ return(local_md5(written | join('||'))) }}
{%- endmacro %}
