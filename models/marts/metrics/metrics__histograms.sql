{#- Of each domain that has data: its step, its day and its series. -#}
{%- set domains = {
    ref('int_flotilla__histograms_daily'): ('queued_day', 'engine'),
    ref('int_builds__histograms_daily'): ('built_day', 'region'),
    ref('int_throughput__histograms_daily'): ('logged_day', 'calibration'),
} %}
with

binned as (

    select
        cast(null as text) as measure,
        cast(null as date) as measured_day,
        cast(null as text) as series,
        0 as bin,
        cast(0 as bigint) as value_count
    where false
    {%- for relation in built(domains) %}
        union all
        select
            measure,
            {{ domains[relation][0] }} as measured_day,
            {{ domains[relation][1] }} as series,
            bin,
            value_count
        from {{ relation }}
    {%- endfor %}

)

select
    measure,
    measured_day,
    series,
    bin,
    cast({{ histogram_value('bin') }} as decimal(18, 3)) as bin_value,
    value_count
from binned
