with

simulations as (

    select * from {{ ref('stg_throughput__timings') }}
    where kind = 'simulation'

)

select
    calibration,
    experiment,
    param_id,
    count(*) as simulation_count,
    cast(sum(duration_ms) as decimal(18, 3)) as simulation_ms,
    max(duration_ms) as longest_simulation_ms,
    max(logged_at) as last_logged_at,
    count(logged_at) = count(*) as is_timed
from simulations
group by calibration, experiment, param_id
