with

episodes as (

    select * from {{ ref('int_failures__episodes_found') }}

),

-- Nothing asks a clock: what is open was last seen open when the last attempt was heard of.
observed as (

    select
        greatest(
            (select max(failed_at) from {{ ref('failures__failures') }}),
            (select max(ended_at) from {{ ref('attempts__attempts') }}),
            (select max(started_at) from {{ ref('attempts__attempts') }})
        ) as observed_until

),

recovered as (

    select
        episodes.*,
        least(episodes.succeeded_at, episodes.resolved_at) as recovered_at,
        observed.observed_until
    from episodes
    cross join observed

),

measured as (

    select
        *,
        {{ microseconds_between('first_failed_at', 'coalesce(recovered_at, observed_until)') }}
            as duration_us
    from recovered

)

select
    project,
    job_name,
    failure_type,
    template_id,
    error_template,
    first_failed_at,
    last_failed_at,
    cast(failure_count as bigint) as failure_count,
    recovered_at is null as is_open,
    recovered_at,
    case
        when recovered_at = succeeded_at then 'success'
        when recovered_at is not null then 'history'
    end as recovered_by,
    case when recovered_at is null then observed_until end as observed_until,
    {{ round_scaled('duration_us', 1000, 3) }} as duration_seconds,
    cast(lost_gpu_hours as decimal(18, 6)) as lost_gpu_hours,
    cast(lost_gb_hours as decimal(18, 6)) as lost_gb_hours
from measured
