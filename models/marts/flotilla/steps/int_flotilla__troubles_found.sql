with

days as (

    select * from {{ ref('stg_flotilla__days') }}
    where queued_day is not null

),

newest as (

    select max(queued_day) as newest_day from days

),

-- The contract of the fix, from the counts of the pull: also while the marts below are held.
null_hashes as (

    select
        'null_hash' as trouble_kind,
        'command_hash' as subject,
        'critical' as severity,
        'runs queued since the fix have a command and no hash; days: '
        || cast(count(*) as text) || ', the last '
        || cast(max(queued_day) as text) as evidence,
        'flotilla__hash_health_daily shows these days; what writes task has lost the fix' as remedy
    from days
    where last_null_hash_at >= {{ deployed_at('command_hash_fix') }}
    having count(*) > 0

),

contaminated as (

    select
        'contamination' as trouble_kind,
        'flotilla' as subject,
        'critical' as severity,
        cast(count(*) as text)
        || ' of the last days'' runs were given memory by a run of another command, the last on '
        || cast(max(contaminations.queued_day) as text) as evidence,
        'see flotilla__contaminations; headroom explain RUN_ID tells the story of one' as remedy
    from {{ ref('flotilla__contaminations') }} as contaminations
    cross join newest
    where
        contaminations.is_donor_foreign
        and contaminations.queued_at >= {{ deployed_at('command_hash_fix') }}
        and contaminations.queued_day
        > newest.newest_day - cast({{ threshold('trouble_window_days') }} as integer)
    having count(*) > 0

),

-- The last whole day, beside the same weekday of the weeks before it.
volumes as (

    select
        days.queued_day,
        days.run_count,
        count(*) as week_count,
        percentile_cont(0.5) within group (order by earlier.run_count) as usual_count
    from days
    inner join newest on days.queued_day = newest.newest_day - 1
    inner join days as earlier
        on
            days.queued_day > earlier.queued_day
            and days.queued_day - 7 * cast({{ threshold('volume_weeks') }} as integer)
            <= earlier.queued_day
            and extract(dow from days.queued_day) = extract(dow from earlier.queued_day)
    group by days.queued_day, days.run_count

),

odd_volume as (

    select
        'volume' as trouble_kind,
        case when run_count < usual_count then 'few runs' else 'many runs' end as subject,
        'warning' as severity,
        cast(run_count as text) || ' runs were queued on ' || cast(queued_day as text)
        || ', where ' || cast(cast(round(usual_count) as bigint) as text)
        || ' are usual for this weekday' as evidence,
        'ask what changed at the source; a day that is still arriving fills up by itself' as remedy
    from volumes
    where
        week_count >= {{ threshold('volume_least_weeks') }}
        and (
            run_count * {{ threshold('volume_ratio') }} < usual_count
            or run_count > {{ threshold('volume_ratio') }} * usual_count
        )

)

select * from null_hashes
union all
select * from contaminated
union all
select * from odd_volume
