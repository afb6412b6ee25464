with

runs as (

    select * from {{ ref('stg_flotilla__runs') }}

),

policies as (

    select * from {{ ref('int_flotilla__policies_in_force') }}

),

hashed as (

    select
        runs.*,
        policies.policy_version,
        policies.null_hash_rule,
        policies.gpu_rule,
        policies.window_days,
        policies.donor_limit,
        policies.memory_multiplier,
        policies.min_memory_mb as policy_min_memory_mb,
        policies.max_memory_mb as policy_cap_mb,
        case
            when runs.command_hash is null then 'null'
            when runs.command_hash = runs.command_md5 then 'command'
            when runs.command_hash = runs.description_md5 then 'description'
            else 'client'
        end as hash_origin,
        case policies.hash_rule
            when 'md5(description)' then runs.description_md5
            when 'md5(command)' then runs.command_md5
            when 'md5(command), else md5(description) for engine eks-spark'
                then coalesce(
                    runs.command_md5,
                    case when runs.engine = 'eks-spark' then runs.description_md5 end
                )
        end as expected_command_hash,
        coalesce(
            runs.queued_at >= {{ deployed_at('command_hash_fix') }}, false
        ) as is_after_hash_fix
    from runs
    left join policies
        on
            runs.queued_at >= policies.valid_from_utc
            and (runs.queued_at < policies.valid_to_utc or policies.valid_to_utc is null)

)

select * from hashed
