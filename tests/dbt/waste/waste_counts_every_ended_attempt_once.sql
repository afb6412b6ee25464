-- Every attempt that has ended is counted once.
with

ended as (

    select count(*) as attempt_count
    from {{ ref('attempts__attempts') }}
    where outcome <> 'open'

),

counted as (

    select coalesce(sum(attempt_count), 0) as attempt_count
    from {{ ref('waste__attempts_daily') }}

)

select
    ended.attempt_count,
    counted.attempt_count as counted_attempt_count
from ended
cross join counted
where ended.attempt_count <> counted.attempt_count
