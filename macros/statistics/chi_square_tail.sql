{% macro chi_square_tail(statistic, degrees) -%}
    {#- P(X >= statistic) of a chi-square variable. Half the degrees and half the statistic make it a sum of
        Poisson terms: near and below the mean 1 minus those from there up, beyond it those from
        there down, which end in erfc where the degrees are odd. erfc itself is the trapezoidal sum
        with its pole taken out (PostgreSQL has one from 16 on, DuckDB none). -#}
    {%- set a = '(cast(' ~ degrees ~ ' as double precision) / 2)' -%}
    {%- set x = '(cast(' ~ statistic ~ ' as double precision) / 2)' -%}
    {%- set steps = '9 * sqrt(' ~ x ~ ') + 30' -%}
    case
        when {{ x }} <= 0 then 1e0
        when {{ x }} <= {{ a }} + 1
            then 1 - {{ sum_series(a, 0, 'ceil(' ~ steps ~ ')', poisson_probability('series_number', x)) }}
        else
            {{ sum_series('-' ~ a, 1, 'least(ceil(' ~ steps ~ '), floor(' ~ a ~ '))', poisson_probability('(-series_number)', x)) }}
            + case
                when mod(cast({{ degrees }} as integer), 2) = 1
                    then
                        exp(greatest(-{{ x }}, -700e0)) * sqrt({{ x }}) * 0.3183098861837907e0 * (
                            1 / (2 * {{ x }})
                            {%- for step in range(1, 15) %}
                                + {{ 2.718281828459045 ** (-step * step / 4) }} / ({{ step * step / 4 }} + {{ x }})
                            {%- endfor %}
                        )
                        + case
                            when {{ x }} < 39 then 2 / (1 - exp(4 * 3.141592653589793e0 * sqrt({{ x }})))
                            else 0e0
                        end
                else 0e0
            end
    end
{%- endmacro %}
