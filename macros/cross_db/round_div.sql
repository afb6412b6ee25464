{% macro round_div(numerator, denominator) -%}
    {#- Quotient of two whole numbers, rounded half away from zero: the one rounding of the project.
        Whole-number arithmetic, because a double would round 2.375 and 31.25 by chance. -#}
    {%- set divide = '//' if target.type == 'duckdb' else '/' -%}
    case
        when ({{ numerator }}) < 0
            then -((2 * -({{ numerator }}) + ({{ denominator }})) {{ divide }} (2 * ({{ denominator }})))
        else (2 * ({{ numerator }}) + ({{ denominator }})) {{ divide }} (2 * ({{ denominator }}))
    end
{%- endmacro %}
