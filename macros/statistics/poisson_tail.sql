{% macro poisson_tail(count, expected) -%}
    {#- P(X >= count) of a Poisson variable: its terms from `count` up, as far as they count. That is within
        9 roots of the mean and 30 more; beyond, a term is below 1e-17 of the largest. All are
        positive, so nothing cancels. A count that is not a whole number reads the same sum between
        its neighbours: the regularised gamma function. -#}
    {%- set k = 'cast(' ~ count ~ ' as double precision)' -%}
    {%- set m = expected -%}
    {%- set steps = '9 * sqrt(' ~ m ~ ') + 30' -%}
    case
        when {{ k }} <= 0 then 1e0
        when {{ m }} <= 0 then 0e0
        else least(1e0, {{ sum_series(
            k,
            'greatest(0, floor(' ~ m ~ ' - ' ~ k ~ ' - (' ~ steps ~ ')))',
            'ceil(greatest(0, ' ~ m ~ ' - ' ~ k ~ ') + ' ~ steps ~ ')',
            poisson_probability('series_number', m)
        ) }})
    end
{%- endmacro %}
