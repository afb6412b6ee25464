{% macro hash_number(value, digits=8) -%}
    {#- So many hexadecimal digits of the md5 of a text: a number that looks random and is the same on
        every engine. -#}
    {{ md5_number('md5(' ~ value ~ ')', digits) }}
{%- endmacro %}
