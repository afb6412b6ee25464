with

deployments as (

    select
        *,
        least(merged_at_utc, deployed_at_utc) as begins_at
    from {{ ref('deployments') }}
    where environment = '{{ var("environment") }}'

),

versions as (

    select
        *,
        row_number() over (order by valid_from_utc) as version_number
    from {{ ref('ara_policy_versions') }}
    where environment = '{{ var("environment") }}'

),

-- A version that begins with a deployment is the same change. The first version changed nothing.
changes as (

    select
        deployments.change,
        versions.policy_version,
        deployments.begins_at,
        deployments.fully_deployed_at_utc as in_effect_at,
        deployments.what_changed,
        deployments.certainty
    from deployments
    left join versions
        on
            versions.valid_from_utc
            in (deployments.deployed_at_utc, deployments.fully_deployed_at_utc)
    where deployments.begins_at is not null
    union all
    select
        versions.policy_version as change,
        versions.policy_version,
        versions.valid_from_utc as begins_at,
        versions.valid_from_utc as in_effect_at,
        'policy version ' || versions.policy_version as what_changed,
        versions.certainty
    from versions
    where
        versions.version_number > 1
        and not exists (
            select 1
            from deployments
            where
                versions.valid_from_utc
                in (deployments.deployed_at_utc, deployments.fully_deployed_at_utc)
        )

),

neighbours as (

    select
        *,
        lag(change) over (order by begins_at, change) as previous_change,
        lag(coalesce(in_effect_at, begins_at)) over (order by begins_at, change)
            as previous_in_effect_at,
        lead(change) over (order by begins_at, change) as next_change,
        lead(begins_at) over (order by begins_at, change) as next_begins_at
    from changes

),

gaps as (

    select
        *,
        {{ microseconds_between('previous_in_effect_at', 'begins_at') }} as previous_us,
        {{ microseconds_between('coalesce(in_effect_at, begins_at)', 'next_begins_at') }}
            as next_us,
        {{ threshold('effect_overlap_hours') }} * 3600000000 as overlap_us
    from neighbours

)

select
    change,
    policy_version,
    begins_at,
    in_effect_at,
    what_changed,
    certainty,
    previous_in_effect_at,
    next_begins_at,
    case
        when next_us < overlap_us and (previous_us is null or next_us <= previous_us)
            then next_change
        when previous_us < overlap_us then previous_change
    end as overlapping_change,
    case
        when least(next_us, previous_us) < overlap_us
            then {{ round_scaled('least(next_us, previous_us)', 360000000, 1) }}
    end as overlap_hours
from gaps
