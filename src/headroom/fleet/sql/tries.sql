-- Incidents: data has grown, so a job is tried again and again, until ARA gives it enough or the cap.
-- A job has one incident in its week at most; its OOMs count no longer when the next one begins.
drop table if exists {{ temporary }}.fleet_tries;

create temporary table fleet_tries as
with

drawn as (

    select
        jobs.job_id,
        jobs.default_mb,
        jobs.variant_count,
        weeks.week * {{ WEEK }} + jobs.turn % 7 * {{ DAY }} as week_begins_us,
        md5('{{ seed }} ' || jobs.definition_id || ' ' || jobs.job || ' ' || weeks.week) as incident
    from {{ temporary }}.fleet_jobs as jobs
    cross join generate_series({{ first_us // WEEK - 2 }}, {{ (end_us - 1) // WEEK }}) as weeks (week)
    where jobs.can_have_incident

),

lucky as (

    select
        *,
        {{ luck('incident') }} as luck
    from drawn

),

incidents as (

    select
        *,
        week_begins_us + {{ between(1, 0, 2 * DAY) }} as begins_us,
        {{ draw(2, 5000) }} as first_variant,
        {{ draw(3, 3) }} = 0 as is_one_command,
        {{ pick(draw(4, 32), oom_counts) }} as oom_count
    from lucky
    where {{ draw(5, 100) }} < 15

),

-- An incident lives under one version of the policy; before the first there was no ARA.
ruled as (

    select
        *,
        {{ by_policy('begins_us', 'cap_mb') }} as cap_mb,
        {{ by_policy('begins_us', 'hashes_command') }} as hashes_command
    from incidents
    where
        begins_us >= {{ policies[0].valid_from }}
        and {{ by_policy('begins_us', 'valid_from') }} = {{ by_policy('begins_us + ' ~ DAY, 'valid_from') }}

),

tried as (

    select
        ruled.job_id,
        ruled.incident,
        ladders.try,
        ladders.memory_mb,
        ladders.try < ruled.oom_count as is_oom,
        ruled.begins_us + ladders.try * {{ rung }} as tried_us,
        case
            when ruled.variant_count = 0 then {{ div('ruled.begins_us', DAY) }}
            when ruled.hashes_command or ruled.is_one_command
                then ruled.first_variant % ruled.variant_count
            else (ruled.first_variant + ladders.try) % ruled.variant_count
        end as variant,
        md5(ruled.incident || ladders.try) as digits
    from ruled
    inner join {{ temporary }}.fleet_ladders as ladders
        on ruled.default_mb = ladders.default_mb and ruled.cap_mb = ladders.cap_mb
    where ladders.try <= ruled.oom_count

),

again as (

    select
        *,
        {{ luck('digits') }} as luck
    from tried

),

timed as (

    select
        *,
        tried_us + {{ between(1, 0, 5 * MINUTE) }} as queued_us,
        {{ between(2, 20 * SECOND, 4 * MINUTE) }} as wait_us,
        case
            when is_oom then {{ between(3, 10 * MINUTE, 80 * MINUTE) }}
            else {{ between(3, 20 * MINUTE, 5 * HOUR) }}
        end as run_us
    from again

)

select
    *,
    queued_us + wait_us + run_us as finished_us,
    case when {{ by_policy('queued_us', 'hashes_command') }} then variant else -1 end as hash_key
from timed;
