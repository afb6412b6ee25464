{% macro kept_sign() -%}
    {#- What masks of kind `keep` put into a word, so that no mask of a secret finds it. -#}
    <~>
{%- endmacro %}
