{#- What has days; of each domain that has data. -#}
{%- set domains = {
    ref('flotilla__elevation_daily'): 'queued_day',
    ref('failures__failures'): 'failed_day',
    ref('attempts__attempts'): 'submitted_day',
    ref('builds__builds'): 'built_day',
    ref('throughput__timings'): 'logged_day',
} %}
with

spans as (

    select
        cast(null as date) as first_day,
        cast(null as date) as last_day
    {%- for relation in built(domains) %}
        union all
        select
            min({{ domains[relation] }}) as first_day,
            max({{ domains[relation] }}) as last_day
        from {{ relation }}
    {%- endfor %}

),

-- Up to 100,000 days, 273 years: a run of a wrong year must not make a calendar of millennia.
span as (

    select
        greatest(min(first_day), max(last_day) - 99999) as first_day,
        max(last_day) as last_day
    from spans

),

digits as (

    {%- for digit in range(10) %}
        {{ 'union all' if not loop.first }}
        select {{ digit }} as digit
    {%- endfor %}

),

numbers as (

    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit
        + 1000 * thousands.digit + 10000 * myriads.digit as number_of_days
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as myriads

)

select cast(span.first_day + numbers.number_of_days as date) as calendar_day
from numbers
cross join span
where span.first_day + numbers.number_of_days <= span.last_day
