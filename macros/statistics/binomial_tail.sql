{% macro binomial_tail(count, trials, share) -%}
    {#- P(X >= count) of a binomial variable. A binomial probability is the product of two Poisson ones over a
        third, so nothing overflows; terms further than poisson_tail looks do not count. -#}
    {%- set k = 'cast(' ~ count ~ ' as double precision)' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double precision)' -%}
    {%- set m = '(' ~ n ~ ' * ' ~ share ~ ')' -%}
    {%- set steps = '9 * sqrt(' ~ m ~ ') + 30' -%}
    case
        when {{ k }} <= 0 then 1e0
        when {{ k }} > {{ n }} or {{ share }} <= 0 then 0e0
        when {{ share }} >= 1 then 1e0
        else least(1e0, {{ sum_series(
            'greatest(' ~ k ~ ', floor(' ~ m ~ ' - (' ~ steps ~ ')))',
            'least(' ~ n ~ ', ceil(greatest(' ~ m ~ ', ' ~ k ~ ') + ' ~ steps ~ '))',
            poisson_probability('series_number', m)
            ~ ' * ' ~ poisson_probability('(' ~ n ~ ' - series_number)', '(' ~ n ~ ' - ' ~ m ~ ')')
        ) }} / {{ poisson_probability(n, n) }})
    end
{%- endmacro %}
