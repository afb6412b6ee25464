-- depends_on: {{ ref('base_flotilla__task_pulled') }}
select
    queued_day,
    run_count,
    last_started_at,
    last_left_at,
    last_null_hash_at,
    last_other_hash_at
from {{ source('pulled', 'pulled_days') }}
