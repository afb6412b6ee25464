-- A failed attempt is a failure, once; so is a record of a history without an attempt; nothing
-- else is.
with

expected as (

    select attempt_id as failure_id
    from {{ ref('attempts__attempts') }}
    where outcome = 'failed'
    union all
    select 'event:' || event_key as failure_id
    from {{ ref('int_failures__events_matched') }}
    where attempt_id is null

),

both_sides as (

    select
        failure_id,
        1 as expected_count,
        0 as found_count
    from expected
    union all
    select
        failure_id,
        0 as expected_count,
        1 as found_count
    from {{ ref('failures__failures') }}

)

select failure_id
from both_sides
group by failure_id
having sum(expected_count) <> 1 or sum(found_count) <> 1
