{% macro poisson_probability(count, expected) -%}
    {#- P(X = count) of a Poisson variable, without a factorial: Stirling's series ten steps further up,
        where it holds to 12 digits, in Loader's form, which does not cancel. Holds for fractions too
        (gamma instead of factorial). PostgreSQL refuses an exp that underflows: nothing is below
        1e-304. -#}
    {%- set k, m = count, expected -%}
    {%- set n = '(' ~ k ~ ' + 10)' -%}
    exp(greatest(
        {{ n }} * ln({{ m }} / {{ n }}) + ({{ n }} - {{ m }}) - 10 * ln({{ m }})
        + ln({% for step in range(1, 11) %}({{ k }} + {{ step }}){{ ' * ' if not loop.last }}{% endfor %})
        - ln(6.283185307179586 * {{ n }}) / 2
        - (1 / 12e0 - (1 / 360e0 - (1 / 1260e0 - 1 / (1680e0 * {{ n }} * {{ n }})) / ({{ n }} * {{ n }})) / ({{ n }} * {{ n }})) / {{ n }},
        -700e0
    ))
{%- endmacro %}
