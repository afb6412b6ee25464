{% macro percent_change(change, previous) -%}
    {#- Percent to one digit; 0 where the previous value is 0, as published. -#}
    case
        when {{ previous }} = 0 then cast(0 as decimal(18, 1))
        else {{ round_scaled(in_ten_thousandths(change) ~ ' * 1000', in_ten_thousandths(previous), 1) }}
    end
{%- endmacro %}
