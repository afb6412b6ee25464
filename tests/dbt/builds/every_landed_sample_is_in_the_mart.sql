-- Every landed sample is in builds__samples, with the values that were landed.
select
    landed.build_id,
    landed.sample_index
from {{ ref('landed_build_samples') }} as landed
left join {{ ref('builds__samples') }} as samples
    on
        landed.build_id = samples.build_id
        and landed.sample_index = samples.sample_index
where
    samples.build_id is null
    or landed.cpu_pct is distinct from samples.cpu_pct
    or landed.memory_used_gb is distinct from samples.memory_used_gb
    or landed.sampled_at is distinct from samples.sampled_at
