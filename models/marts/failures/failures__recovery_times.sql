with

times as (

    {{ recovery_times(ref('failures__recoveries')) }}

)

select
    dimension,
    value,
    episode_count,
    open_count,
    failure_count,
    median_seconds,
    mean_recovered_seconds,
    lost_gpu_hours,
    lost_gb_hours
from times
