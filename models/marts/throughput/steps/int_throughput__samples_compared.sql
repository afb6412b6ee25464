with

pairs as (

    select * from {{ ref('int_throughput__experiments_paired') }}

)

select
    calibration,
    experiment
from pairs
union
select
    baseline_calibration as calibration,
    'none' as experiment
from pairs
