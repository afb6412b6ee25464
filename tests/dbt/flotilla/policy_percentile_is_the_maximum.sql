-- Of at most donor_limit donors, the percentile of every policy version is the largest: the replay
-- computes maxima, and would be wrong for a version of which this is not true.
select
    environment,
    policy_version,
    percentile,
    donor_limit
from {{ ref('ara_policy_versions') }}
where percentile * donor_limit <= donor_limit - 1
