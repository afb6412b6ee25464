with

anomalies as (

    select * from {{ ref('int_builds__anomalies_flagged') }}

)

select
    build_id,
    sample_index,
    metric,
    rule_name,
    is_published,
    sampled_at,
    from_value,
    to_value,
    delta,
    percent_change,
    severity,
    robust_score
from anomalies
