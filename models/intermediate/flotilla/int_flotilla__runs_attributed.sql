with

runs as (

    select * from {{ ref('int_flotilla__runs_baselined') }}

),

replayed as (

    select * from {{ ref('int_flotilla__runs_replayed') }}

),

-- What ARA's absence gives: the request, where memory_limit kept it because the estimate was lower.
joined as (

    select
        runs.*,
        coalesce(replayed.certain_donor_count, 0) as certain_donor_count,
        coalesce(replayed.possible_donor_count, 0) as possible_donor_count,
        coalesce(replayed.own_certain_donor_count, 0) as own_certain_donor_count,
        coalesce(replayed.own_donor_count, 0) as own_donor_count,
        coalesce(replayed.foreign_donor_count, 0) as foreign_donor_count,
        replayed.decisive_donor_run_id,
        replayed.decisive_donor_memory_mb,
        replayed.is_decisive_donor_foreign,
        replayed.donor_age_us,
        replayed.estimate_low_mb,
        replayed.estimate_high_mb,
        replayed.own_estimate_low_mb,
        replayed.own_estimate_high_mb,
        case
            when runs.memory_limit_mb > runs.memory_mb then runs.memory_limit_mb
            else runs.definition_default_mb
        end as no_donor_memory_mb,
        {{ ara_bounded(
            'replayed.estimate_low_mb', 'runs.policy_min_memory_mb', 'runs.policy_cap_mb'
        ) }} as bounded_low_mb,
        {{ ara_bounded(
            'replayed.estimate_high_mb', 'runs.policy_min_memory_mb', 'runs.policy_cap_mb'
        ) }} as bounded_high_mb,
        {{ ara_bounded(
            'replayed.own_estimate_low_mb', 'runs.policy_min_memory_mb', 'runs.policy_cap_mb'
        ) }} as own_bounded_low_mb,
        {{ ara_bounded(
            'replayed.own_estimate_high_mb', 'runs.policy_min_memory_mb', 'runs.policy_cap_mb'
        ) }} as own_bounded_high_mb
    from runs
    left join replayed on runs.run_id = replayed.run_id

),

-- Without a certain donor, the lookup may have read none: the outcome without donors is possible.
ranged as (

    select
        *,
        case
            when certain_donor_count > 0 then bounded_low_mb
            when possible_donor_count > 0 then least(bounded_low_mb, no_donor_memory_mb)
        end as final_low_mb,
        case
            when certain_donor_count > 0 then bounded_high_mb
            when possible_donor_count > 0 then greatest(bounded_high_mb, no_donor_memory_mb)
        end as final_high_mb,
        case
            when own_certain_donor_count > 0 then own_bounded_low_mb
            else least(own_bounded_low_mb, no_donor_memory_mb)
        end as own_final_low_mb,
        case
            when own_certain_donor_count > 0 then own_bounded_high_mb
            else greatest(own_bounded_high_mb, no_donor_memory_mb)
        end as own_final_high_mb,
        certain_donor_count > 0 and estimate_low_mb > policy_cap_mb as is_capped
    from joined

),

attributed as (

    select
        *,
        case
            when memory_mb is null then 'unscheduled'
            when coalesce(engine <> 'eks', true) then 'not_eligible'
            when is_gpu_run then 'gpu_request'
            when is_capped and memory_mb = policy_cap_mb then 'ara_capped'
            when certain_donor_count > 0 and memory_mb = final_low_mb and memory_mb = final_high_mb
                then 'ara_exact'
            when final_low_mb < final_high_mb and memory_mb between final_low_mb and final_high_mb
                then 'ara_in_interval'
            when certain_donor_count > 0 then 'ara_mismatch'
            when memory_mb = definition_default_mb and baseline_memory_mb < definition_default_mb
                then 'floor'
            when memory_mb = definition_default_mb then 'default'
            else 'run_request'
        end as attribution
    from ranged

),

compared as (

    select
        *,
        case
            when attribution in ('unscheduled', 'not_eligible', 'gpu_request') then null
            when certain_donor_count + possible_donor_count = 0 then 'no_donors'
            when memory_mb = final_low_mb and memory_mb = final_high_mb then 'exact'
            when memory_mb between final_low_mb and final_high_mb then 'within'
            else 'outside'
        end as replay_agreement,
        -- Only what ARA gave, and own donors alone could not have given.
        foreign_donor_count > 0
        and attribution in ('ara_capped', 'ara_exact', 'ara_in_interval')
        and memory_mb between bounded_low_mb and bounded_high_mb
        and memory_mb not between own_final_low_mb and own_final_high_mb as is_contaminated,
        -- The floor of 512 stands in for a definition that is missing; nobody knows what it gave.
        case
            when
                own_certain_donor_count > 0
                or not is_definition_missing
                or memory_limit_mb > memory_mb
                then own_final_high_mb
        end as uncontaminated_memory_mb
    from attributed

)

select * from compared
