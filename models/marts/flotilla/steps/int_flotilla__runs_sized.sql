-- Materialized here, not in the folder: few runs, that the search for chains reads again and again.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([{'columns': ['queued_day']}]),
) }}

select
    run_id,
    queued_day,
    definition_id,
    definition_alias,
    queued_at,
    coalesce(command_md5, 'none') as command_key,
    memory_mb,
    is_oom,
    is_capped,
    is_decisive_donor_foreign,
    decisive_donor_run_id
from {{ ref('flotilla__runs') }}
where
    attribution in ('ara_capped', 'ara_exact', 'ara_in_interval')
    and decisive_donor_run_id is not null
    and {{ parts_to_make(reaches_days=donor_days()) }}
