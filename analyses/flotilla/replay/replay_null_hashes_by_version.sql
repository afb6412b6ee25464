-- What a NULL hash meant under each version: runs of engine eks without one, how many had donors
-- (only the pool of the definition gives any), and what those changed.
with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where engine = 'eks' and queued_at < {{ as_of_end() }}

),

policies as (

    select * from {{ ref('int_flotilla__policies_in_force') }}

)

select
    policies.policy_version,
    policies.null_hash_rule,
    count(runs.run_id) as run_count,
    count(runs.run_id) filter (where runs.command_hash is null) as null_hash_count,
    count(runs.run_id) filter (
        where runs.command_hash is null and runs.expected_command_hash is not null
    ) as should_have_a_hash_count,
    count(runs.run_id) filter (
        where runs.command_hash is null and runs.certain_donor_count + runs.possible_donor_count > 0
    ) as with_donors_count,
    count(runs.run_id) filter (
        where
        runs.command_hash is null
        and runs.attribution in ('ara_capped', 'ara_exact', 'ara_in_interval')
    ) as sized_by_ara_count,
    count(runs.run_id) filter (where runs.command_hash is null and runs.is_contaminated)
        as contaminated_run_count,
    cast(
        coalesce(sum(runs.contaminated_gb_hours) filter (
            where runs.command_hash is null and runs.finished_at < {{ as_of_end() }}
        ), 0)
        as decimal(18, 6)
    ) as contaminated_gb_hours
from policies
left join runs on policies.policy_version = runs.policy_version
where policies.valid_from_utc < {{ as_of_end() }}
group by policies.policy_version, policies.null_hash_rule, policies.valid_from_utc
order by policies.valid_from_utc
