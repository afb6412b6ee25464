{% macro failures_to_flag(expected, dispersion, scaled, limit) -%}
    {#- A number of failures whose Poisson tail is below a limit: the smallest one, or a few more. The sum of
        a falling geometric series bounds each tail from above without a sum, so the numbers that
        are not below the limit can be counted. -#}
    {%- set a = '(series_number / ' ~ dispersion ~ ')' -%}
    (
        floor({{ expected }}) + 1
        + {{ sum_series(
            '0e0',
            'floor(' ~ expected ~ ') + 1',
            'ceil(' ~ expected ~ ' + ' ~ dispersion ~ ' * (9 * sqrt(' ~ scaled ~ ') + 30))',
            'case when ' ~ poisson_probability(a, scaled) ~ ' * (' ~ a ~ ' + 1) / (' ~ a ~ ' + 1 - ' ~ scaled
            ~ ') >= ' ~ limit ~ ' then 1e0 else 0e0 end'
        ) }}
    )
{%- endmacro %}
