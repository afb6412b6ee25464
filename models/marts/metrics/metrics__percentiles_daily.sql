with

running as (

    select
        measure,
        measured_day,
        series,
        bin_value,
        sum(value_count) over (
            partition by measure, measured_day, series order by bin
            rows between unbounded preceding and current row
        ) as count_so_far,
        sum(value_count) over (partition by measure, measured_day, series) as value_count
    from {{ ref('metrics__histograms') }}

)

{#- By rank: the first bin up to which so many percent of the values lie. -#}
{%- set percentiles = {} %}
{%- for percent in [50, 90, 95, 99] %}
    {%- do percentiles.update({
        'p' ~ percent:
            'min(bin_value) filter (where 100 * count_so_far >= ' ~ percent ~ ' * value_count)'
    }) %}
{%- endfor %}
select
    measure,
    measured_day,
    series,
    cast(max(value_count) as bigint) as value_count,
    {{ named_columns(percentiles) }}
from running
group by measure, measured_day, series
