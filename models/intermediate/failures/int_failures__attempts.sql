with

observed as (

    select
        *,
        -- Once: a zone is what costs most here.
        {{ local_time('started_at') }} as started_local
    from {{ ref('int_failures__attempts_observed') }}

),

texts as (

    select * from {{ ref('int_failures__texts_read') }}

),

recorded as (

    select distinct attempt_id
    from {{ ref('int_failures__events_matched') }}
    where attempt_id is not null

)

select
    observed.attempt_id,
    observed.origin,
    observed.project,
    observed.job_name,
    observed.command_md5,
    observed.user_name,
    observed.pod_name,
    observed.node_name,
    observed.image,
    observed.cluster_name,
    observed.started_at,
    observed.ended_at,
    cast(extract(hour from observed.started_local) as integer) as started_hour,
    cast(extract(isodow from observed.started_local) as integer) as started_weekday,
    cast(observed.started_local as date) as started_day,
    observed.is_ended or recorded.attempt_id is not null as is_ended,
    observed.has_failed or recorded.attempt_id is not null as is_failure,
    observed.exit_code,
    texts.shown_text as exit_reason,
    observed.gpu_count,
    observed.memory_mb,
    observed.cpu_millicores,
    case when observed.run_us >= 0 then {{ round_scaled('observed.run_us', 1000, 3) }} end
        as run_seconds,
    -- What the attempt says of its end, as keys of int_failures__texts_read.
    texts.text_md5 as reason_md5,
    coalesce(md5(nullif(observed.message, '')), texts.text_md5) as message_md5
from observed
left join texts on md5(observed.exit_reason) = texts.text_md5
left join recorded on observed.attempt_id = recorded.attempt_id
