{% macro round_div(numerator, denominator) -%}
    {#- Quotient of two whole numbers, rounded half away from zero: the one rounding of the project.
        Whole-number arithmetic, because a double would round 2.375 and 31.25 by chance. The
        denominator is positive; NULL where it is zero. -#}
    {%- set divide = whole_division_operator() -%}
    {%- set divisor = '(2 * nullif(' ~ denominator ~ ', 0))' -%}
    case
        when ({{ numerator }}) < 0
            then -((2 * -({{ numerator }}) + ({{ denominator }})) {{ divide }} {{ divisor }})
        else (2 * ({{ numerator }}) + ({{ denominator }})) {{ divide }} {{ divisor }}
    end
{%- endmacro %}
