with

builds as (

    select * from {{ ref('operations__builds') }}
    where status not in ('running', 'stopped')

),

last_build as (

    select * from builds
    order by build_id desc
    limit 1

),

pulls as (

    select * from {{ ref('stg_operations__pulls') }}

),

last_pull as (

    select * from pulls
    order by pull_number desc
    limit 1

),

last_tested as (

    select max(build_id) as build_id from {{ ref('operations__test_results') }}

),

failed_build as (

    select
        'build' as trouble_kind,
        status as subject,
        'critical' as severity,
        'build ' || cast(build_id as text)
        || coalesce(
            ' ended with exit code ' || cast(exit_code as text) || ': ' || reason, ' was killed'
        ) as evidence,
        'see the exit codes in README; headroom doctor says what is missing' as remedy
    from last_build
    where status not in ('succeeded', 'unchanged')

),

failed_tests as (

    select
        'test' as trouble_kind,
        results.test_name as subject,
        'critical' as severity,
        coalesce(cast(results.failing_rows as text), '?') || ' rows fail since build '
        || cast(results.failing_since_build_id as text) as evidence,
        'correct these rows in the source; what stands below the test is held until then' as remedy
    from {{ ref('operations__test_results') }} as results
    inner join last_tested on results.build_id = last_tested.build_id
    where results.status in ('fail', 'error')

),

held_marts as (

    select
        'held' as trouble_kind,
        held_because as subject,
        'warning' as severity,
        cast(count(*) as text) || ' marts are as they were before '
        || min({{ instant_text('held_since') }}) || ': '
        || string_agg(mart_name, ', ' order by mart_name) as evidence,
        'find out why this failed: they follow once it passes' as remedy
    from {{ ref('operations__marts') }}
    where is_held
    group by held_because

),

slow_build as (

    select
        'slow_build' as trouble_kind,
        'build' as subject,
        'warning' as severity,
        'build ' || cast(build_id as text) || ' took ' || cast(duration_seconds as text)
        || ' s, where ' || cast(usual_seconds as text) || ' s are usual' as evidence,
        'operations__node_runs says what took longer, operations__builds how much was new' as remedy
    from last_build
    where is_slow

),

silent_source as (

    select
        'no_new_runs' as trouble_kind,
        'flotilla' as subject,
        'critical' as severity,
        'the newest run was queued '
        || cast(
            {{ microseconds_between('max(pulls.newest_queued_at)', 'max(last_pull.pulled_at)') }}
            {{ whole_division_operator() }} 3600000000 as text
        ) || ' hours before the source was read last' as evidence,
        'ask whether Flotilla still writes to the table task' as remedy
    from pulls
    cross join last_pull
    having
        {{ microseconds_between('max(pulls.newest_queued_at)', 'max(last_pull.pulled_at)') }}
        >= {{ threshold('silent_source_hours') }} * 3600000000
        -- A history that was loaded once was never fresh.
        and min({{ microseconds_between('pulls.newest_queued_at', 'pulls.pulled_at') }})
        < {{ threshold('silent_source_hours') }} * 3600000000

),

quarantined as (

    select
        'quarantine' as trouble_kind,
        'flotilla' as subject,
        'warning' as severity,
        cast(quarantined_runs as text) || ' rows of the source cannot be used' as evidence,
        'see headroom_operations.quarantined_runs for the reasons' as remedy
    from last_pull
    where quarantined_runs > 0

),

held_days as (

    select
        'lost_rows' as trouble_kind,
        'flotilla' as subject,
        'critical' as severity,
        cast(held_runs as text)
        || ' runs that were there before are missing in the source; their days stay' as evidence,
        'bring them back, or run headroom build --accept-deletes FROM..UNTIL' as remedy
    from last_pull
    where held_runs > 0

),

late_ends as (

    select
        'lookback' as trouble_kind,
        'flotilla' as subject,
        'warning' as severity,
        'of 1,000 runs one ended more than '
        || cast(end_p999_seconds {{ whole_division_operator() }} 86400 as text)
        || ' days after it was queued' as evidence,
        'raise the threshold lookback_days: until then such runs wait for the scrub' as remedy
    from last_pull
    where end_p999_seconds > {{ threshold('lookback_days') }} * 86400

)

select * from failed_build
union all
select * from failed_tests
union all
select * from held_marts
union all
select * from slow_build
union all
select * from silent_source
union all
select * from quarantined
union all
select * from held_days
union all
select * from late_ends
