-- What the bug report is about, one row: the run that the var `run_id` names, or the one to which
-- donors of other commands gave most memory; and what counts as near the cap.
with

candidates as (

    select
        run_id,
        run_id = '{{ var("run_id") }}' as is_asked,
        memory_mb - uncontaminated_memory_mb as excess_mb
    from {{ ref('flotilla__runs') }}
    where
        queued_at < {{ as_of_end() }}
        and (
            run_id = '{{ var("run_id") }}'
            or (
                is_contaminated
                and command_hash is not null
                and certain_donor_count > 0
                and memory_mb > uncontaminated_memory_mb
            )
        )

),

chosen as (

    select
        run_id,
        is_asked
    from candidates
    order by
        is_asked desc, excess_mb desc, {{ text_key('run_id') }}
    limit 1

)

select
    chosen.run_id,
    coalesce(chosen.is_asked, false) as is_run_known,
    cast(limits.near_cap_mb as integer) as near_cap_mb
from (select {{ threshold('near_cap_memory_mb') }} as near_cap_mb) as limits
left join chosen on 1 = 1
