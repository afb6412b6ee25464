with

failures as (

    select * from {{ ref('failures__failures') }}

),

evidence as (

    select
        'node' as kind,
        node_name as subject
    from {{ ref('failures__nodes') }}

),

{{ recommendation_steps('window_end', threshold('failure_lookback_days'), threshold('failure_pattern_threshold')) }}

select
    recommendation_id
from recommendations
