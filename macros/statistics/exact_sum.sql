{% macro exact_sum(term, over='') -%}
    {#- The sum of doubles, as a double, with the same last digits whatever the order of the rows: doubles
        are rounded at each step of a sum, and several threads add up in another order each time. -#}
    cast(sum(cast({{ term }} as decimal(38, 18))){{ ' ' ~ over if over }} as double precision)
{%- endmacro %}
