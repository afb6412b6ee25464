-- The shared hashes with the most OOMs: whose history is read by the most foreign commands.
with

shared as (

    select * from {{ ref('int_flotilla__shared_hashes_as_of') }}

),

ranked as (

    select
        *,
        row_number() over (
            order by oom_count desc, run_count desc, {{ text_key('command_hash') }}
        ) as rank_by_ooms
    from shared
    where oom_count > 0

)

select
    rank_by_ooms,
    definition_id,
    command_hash,
    distinct_commands,
    oom_count,
    run_count
from ranked
where rank_by_ooms <= 5
order by rank_by_ooms
