with

builds as (

    select
        *,
        -- Builds of one kind take about as long as each other.
        case when is_full_refresh then 'all of history' else coalesce(domains, '') end
            as build_kind,
        {{ microseconds_between('started_at', 'ended_at') }} as duration_us
    from {{ ref('stg_operations__builds') }}

),

pulls as (

    select * from {{ ref('stg_operations__pulls') }}

),

-- What the builds before it that went well took, and found.
usual as (

    select
        builds.build_id,
        count(*) as build_count,
        percentile_cont(0.25) within group (order by earlier.duration_us) as low_us,
        percentile_cont(0.5) within group (order by earlier.duration_us) as middle_us,
        percentile_cont(0.75) within group (order by earlier.duration_us) as high_us
    from builds
    inner join builds as earlier
        on
            builds.build_kind = earlier.build_kind
            and builds.build_id > earlier.build_id
            and builds.build_id - cast({{ threshold('operations_builds_compared') }} as bigint)
            <= earlier.build_id
            and earlier.status = 'succeeded'
    group by builds.build_id

)

select
    builds.build_id,
    builds.started_at,
    builds.ended_at,
    cast({{ round_scaled('builds.duration_us', 1000, 3) }} as decimal(18, 3)) as duration_seconds,
    builds.status,
    builds.exit_code,
    builds.reason,
    builds.domains,
    builds.is_full_refresh,
    cast(round(usual.middle_us / 1000) / 1000 as decimal(18, 3)) as usual_seconds,
    coalesce(
        usual.build_count >= {{ threshold('operations_least_builds') }}
        and builds.duration_us > {{ threshold('operations_slow_ratio') }} * usual.middle_us
        and builds.duration_us
        > usual.high_us + {{ threshold('operations_fence') }} * (usual.high_us - usual.low_us),
        false
    ) as is_slow,
    builds.models_made,
    builds.nodes_failed,
    builds.nodes_skipped,
    builds.tests_passed,
    builds.tests_warned,
    builds.tests_failed,
    builds.pull_number,
    pulls.rows_read,
    pulls.new_runs,
    pulls.changed_runs,
    pulls.deleted_runs,
    pulls.held_runs,
    pulls.quarantined_runs,
    pulls.newest_queued_at,
    pulls.end_p50_seconds,
    pulls.end_p99_seconds,
    pulls.end_p999_seconds,
    pulls.arrival_p50_seconds,
    pulls.arrival_p99_seconds,
    pulls.arrival_p999_seconds,
    builds.host,
    builds.process_id,
    builds.headroom_version,
    builds.target
from builds
left join pulls on builds.pull_number = pulls.pull_number
left join usual on builds.build_id = usual.build_id
