{% macro histogram_value(bin) -%}
    {#- The middle of a bin, in the unit of the values: see histogram_bin. -#}
    case when {{ bin }} = 0 then 0 else power(cast(1.04 as double precision), {{ bin }} - 0.5) end
{%- endmacro %}
