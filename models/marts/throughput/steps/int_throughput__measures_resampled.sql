{% set measures = {
    'simulation_ms': ('simulation_us', 'simulation_count'),
    'aggregation_ms': ('aggregation_us', 'aggregation_count'),
    'trial_busy_ms': ('simulation_us + aggregation_us', 'trial_count'),
    'trial_interval_ms': ('interval_us', 'interval_count'),
} %}

with

samples as (

    select * from {{ ref('int_throughput__samples_resampled') }}

),

measured as (

    {% for measure, (total, unit_count) in measures.items() -%}
        select
            calibration,
            experiment,
            replicate,
            '{{ measure }}' as measure,
            param_count,
            trial_count,
            {{ total }} as total_us,
            {{ unit_count }} as unit_count
        from samples
        {% if not loop.last -%} union all {% endif -%}
    {%- endfor %}

)

select * from measured
