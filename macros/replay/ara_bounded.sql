{% macro ara_bounded(estimate, minimum, cap) -%}
    {#- An estimate within the bounds of its policy version; NULL where there is no estimate. -#}
    case when {{ estimate }} is not null then least(greatest({{ estimate }}, {{ minimum }}), {{ cap }}) end
{%- endmacro %}
