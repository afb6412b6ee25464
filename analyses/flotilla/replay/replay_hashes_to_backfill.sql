-- How many stored hashes a backfill would change, by policy version and by what they are now.
with

backfilled as (

    select * from {{ ref('flotilla__hashes_backfilled') }}
    where queued_at < {{ as_of_end() }}

)

select
    policy_version,
    hash_origin,
    count(*) as run_count,
    count(*) filter (where is_changed) as changed_run_count,
    count(distinct case when is_changed then backfilled_command_hash end) as backfilled_hashes
from backfilled
group by policy_version, hash_origin
order by min(queued_at), {{ text_key('hash_origin') }}
