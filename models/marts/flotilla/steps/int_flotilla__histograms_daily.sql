-- Materialized here, not in the folder: made by the day on which the runs were queued.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([{'columns': ['queued_day']}]),
) }}

{%- set measures = {
    'run_queue_ms': 'queued_seconds * 1000',
    'run_ms': 'run_seconds * 1000',
    'run_memory_mb': 'memory_mb',
    'run_peak_mb': 'peak_memory_mb',
} %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_day is not null and {{ parts_to_make(reaches_days=donor_days()) }}

),

measured as (

    {%- for measure, value in measures.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ measure }}' as measure,
            queued_day,
            engine,
            {{ histogram_bin('cast(' ~ value ~ ' as bigint)') }} as bin
        from runs
        where {{ value }} >= 0
    {%- endfor %}

)

select
    measure,
    queued_day,
    engine,
    bin,
    count(*) as value_count
from measured
group by measure, queued_day, engine, bin
