with

policies as (

    select * from {{ ref('ara_policy_versions') }}

)

select
    policy_version,
    valid_from_utc,
    valid_to_utc,
    hash_rule,
    null_hash_rule,
    memory_multiplier,
    percentile,
    window_days,
    donor_limit,
    min_memory_mb,
    max_memory_mb,
    max_gpu_memory_mb,
    gpu_rule
from policies
where environment = '{{ var("environment") }}'
