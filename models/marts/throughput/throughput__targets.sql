with

aggregations as (

    select * from {{ ref('throughput__timings') }}
    where kind = 'aggregation' and {{ parts_to_make('calibrations', 'calibration') }}

)

select
    calibration,
    experiment,
    target,
    count(*) as aggregation_count,
    count(*) filter (where is_straggler) as straggler_count,
    cast(sum(duration_ms) as decimal(18, 3)) as aggregation_ms,
    cast({{ median_twice('duration_ms') }} * 0.5 as decimal(18, 4)) as duration_median_ms,
    cast(percentile_disc(0.95) within group (order by duration_ms) as decimal(18, 3))
        as duration_p95_ms,
    {{ p95_kind('count(*)') }} as duration_p95_kind,
    cast({{ median_twice('payload_mb') }} * 0.5 as decimal(18, 7)) as payload_median_mb,
    cast(max(payload_mb) as decimal(18, 6)) as payload_max_mb,
    {{ round_wide(
        wide_integer(in_units('sum(payload_mb)', 6)) ~ ' * 1024',
        wide_integer('sum(sim_return_count)') ~ ' * 1000000', 3
    ) }} as payload_per_return_kb,
    cast(max(largest_output_kb) as decimal(18, 6)) as largest_output_kb
from aggregations
group by calibration, experiment, target
