-- Materialized here, not in the folder: recipients are merged with it in the order of time.
{{ config(
    materialized='table',
    indexes=row_store_indexes([{'columns': ['lookup_key', 'valid_from']}]),
) }}

with

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

),

-- union, not union all: donors that appear or leave at the same moment make one event.
events as (

    select
        lookup_key,
        readable_from as valid_from
    from donors
    union
    select
        lookup_key,
        readable_to as valid_from
    from donors

)

select
    lookup_key,
    valid_from,
    row_number() over (partition by lookup_key order by valid_from) as state_number
from events
