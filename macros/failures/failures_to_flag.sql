{% macro failures_to_flag(expected, dispersion, limit) -%}
    {#- The smallest number of failures whose Poisson tail is below a limit. The sum of a falling geometric
        series bounds each tail from above at once, so counting what is not below the limit ends at
        most a few numbers too high; the exact tails of those decide. -#}
    {%- set m = '(' ~ expected ~ ' / ' ~ dispersion ~ ')' -%}
    {%- set a = '(series_number / ' ~ dispersion ~ ')' -%}
    {%- set bound = poisson_probability(a, m) ~ ' * (' ~ a ~ ' + 1) / (' ~ a ~ ' + 1 - ' ~ m ~ ')' -%}
    (
        floor({{ expected }}) + 1
        + {{ sum_series(
            'floor(' ~ expected ~ ') + 1',
            'ceil(' ~ expected ~ ' + ' ~ dispersion ~ ' * (9 * sqrt(' ~ m ~ ') + 30))',
            'case when ' ~ bound ~ ' >= ' ~ limit ~ ' then 1e0 else 0e0 end'
        ) }}
    )
{%- endmacro %}
