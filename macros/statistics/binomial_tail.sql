{% macro binomial_tail(successes, trials, share) -%}
    {#- P(X >= successes) of a binomial variable: a Poisson count that falls on two sides is binomial, so its
        terms are products of Poisson terms. They are summed as far as they count, as in
        poisson_tail; what is below 1e-150 is cut off, for a product must not underflow. -#}
    {%- set k = 'cast(' ~ successes ~ ' as double precision)' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double precision)' -%}
    {%- set m = '(' ~ n ~ ' * ' ~ share ~ ')' -%}
    {%- set steps = '9 * sqrt(' ~ m ~ ') + 30' -%}
    case
        when {{ k }} <= 0 then 1e0
        when {{ k }} > {{ n }} or {{ share }} <= 0 then 0e0
        when {{ share }} >= 1 then 1e0
        else least(1e0, {{ sum_series(
            k,
            'greatest(0, floor(' ~ m ~ ' - ' ~ k ~ ' - (' ~ steps ~ ')))',
            'least(' ~ n ~ ' - ' ~ k ~ ', ceil(greatest(0, ' ~ m ~ ' - ' ~ k ~ ') + ' ~ steps ~ '))',
            'greatest(1e-150, ' ~ poisson_probability('series_number', m) ~ ') * greatest(1e-150, '
            ~ poisson_probability('(' ~ n ~ ' - series_number)', '(' ~ n ~ ' - ' ~ m ~ ')') ~ ')'
        ) }} / {{ poisson_probability(n, n) }})
    end
{%- endmacro %}
