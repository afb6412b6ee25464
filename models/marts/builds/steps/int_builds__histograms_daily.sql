{%- set measures = {
    'build_queue_ms': 'queue_seconds * 1000',
    'build_ms': 'working_seconds * 1000',
} %}

with

measured as (

    {%- for measure, value in measures.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ measure }}' as measure,
            built_day,
            region,
            {{ histogram_bin('cast(' ~ value ~ ' as bigint)') }} as bin
        from {{ ref('builds__builds') }}
        where {{ value }} >= 0
    {%- endfor %}

)

select
    measure,
    built_day,
    region,
    bin,
    count(*) as value_count
from measured
group by measure, built_day, region, bin
