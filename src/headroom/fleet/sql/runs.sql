-- The runs queued in a span of time, as they stand at a moment. Columns as in `task`, in its order.
{% macro is_asked() -%}
    queued_us >= {{ first_us }} and queued_us < {{ end_us }}
    {%- if open_runs %}
    and (
        queued_us > {{ new_after_us }}
        or {{ run_id_core('digits') }} in (select runs.core from {{ open_runs }} as runs)
    )
    {%- endif %}
{%- endmacro %}
with

numbered as (

    select
        days.day,
        md5('{{ seed }} ' || days.day || ' ' || numbers.number) as digits
    from generate_series({{ first_us // DAY }}, {{ (end_us - 1) // DAY }}) as days (day)
    cross join generate_series(1, {{ weekday_runs }}) as numbers (number)
    -- Day 0 was a Thursday.
    where (days.day + 3) % 7 < 5 or numbers.number <= {{ weekend_runs }}

),

lucky as {{ once }} (

    select
        *,
        {{ luck('digits') }} as luck
    from numbered

),

-- A product of three draws prefers small places: few definitions have most runs.
placed as {{ once }} (

    select
        *,
        day * {{ DAY }} + {{ pick(draw(1, hours | length), hours) }} * {{ HOUR }}
        + {{ between(2, 0, HOUR) }} as queued_us,
        {{ div(
            draw(3, 1000) ~ ' * ' ~ draw(4, 1000) ~ ' * ' ~ draw(5, 1000)
            ~ ' * (select max(place) + 1 from ' ~ temporary ~ '.fleet_jobs)', 10 ** 9
        ) }} * {{ jobs_per_definition }} + {{ draw(6, jobs_per_definition) }} as job_id,
        case
            when {{ draw(7, 125) }} = 0 then {{ between(8, HOUR, 6 * HOUR) }}
            else {{ between(8, 20 * SECOND, 4 * MINUTE) }}
        end as wait_us,
        case
            when {{ draw(9, 1000) }} = 0 then {{ between(10, DAY, longest_run) }}
            else {{ MINUTE }} + {{ draw(10, 1000) }} * {{ draw(11, 1000) }} * {{ draw(12, 36) }} * 1000
        end as run_us
    from lucky

),

called as (

    select
        placed.*,
        case
            when jobs.variant_count = 0 then placed.day
            else {{ draw(13, 5000) }} % jobs.variant_count
        end as variant,
        case when {{ draw(14, 10) }} < 8 then jobs.request_mb end as asked_mb,
        jobs.default_mb
    from placed
    inner join {{ temporary }}.fleet_jobs as jobs on placed.job_id = jobs.job_id
    where {{ is_asked() }}

),

keyed as (

    select
        *,
        queued_us + {{ div('wait_us', 2) }} as lookup_us,
        case when {{ by_policy('queued_us', 'hashes_command') }} then variant else -1 end as hash_key
    from called

),

-- Of an incident's OOMs the last that ended has most memory, and counts longest.
donors as (

    select
        job_id,
        hash_key,
        memory_mb,
        finished_us as counts_from_us,
        least(
            queued_us + {{ policies[0].window }},
            lead(finished_us) over (partition by incident order by try)
        ) as counts_until_us
    from {{ temporary }}.fleet_tries
    where is_oom

),

sized as (

    select
        keyed.*,
        {{ estimate('donors.memory_mb', by_policy('keyed.queued_us', 'cap_mb')) }} as estimate_mb
    from keyed
    left join donors
        on
            keyed.job_id = donors.job_id
            and keyed.hash_key = donors.hash_key
            and keyed.lookup_us >= donors.counts_from_us
            and keyed.lookup_us < donors.counts_until_us

),

lives as (

    select
        job_id,
        digits,
        luck,
        variant,
        queued_us,
        lookup_us,
        queued_us + wait_us as started_us,
        queued_us + wait_us + run_us as finished_us,
        coalesce(estimate_mb, asked_mb, default_mb) as memory_mb,
        estimate_mb is not null as is_ara,
        false as is_oom,
        {{ draw(15, 10000) }} as ending
    from sized
    union all
    select
        job_id,
        digits,
        luck,
        variant,
        queued_us,
        queued_us + {{ div('wait_us', 2) }} as lookup_us,
        queued_us + wait_us as started_us,
        finished_us,
        memory_mb,
        true as is_ara,
        is_oom,
        9999 as ending
    from {{ temporary }}.fleet_tries
    where {{ is_asked() }}

),

known as {{ once }} (

    select
        lives.*,
        jobs.definition_id,
        jobs.definition_luck,
        jobs.is_renewed,
        jobs.alias,
        jobs.image,
        jobs.group_name,
        jobs.env,
        jobs.engine,
        jobs.cpu,
        jobs.gpu,
        jobs.default_mb,
        jobs.description,
        jobs.description_md5,
        jobs.client_hash,
        replace(jobs.command_text, '{n}', cast(lives.variant as text)) as command,
        jobs.engine || '-' || {{ run_id_core('lives.digits') }} as run_id,
        case
            when lives.lookup_us >= {{ now_us }} then 'QUEUED'
            when lives.started_us >= {{ now_us }} then 'PENDING'
            when lives.ending < 24 then 'NEEDS_RETRY'
            when lives.ending = 24 or lives.finished_us >= {{ now_us }} then 'RUNNING'
            else 'STOPPED'
        end as status
    from lives
    inner join {{ temporary }}.fleet_jobs as jobs on lives.job_id = jobs.job_id

),

staged as (

    select
        *,
        status <> 'QUEUED' as is_sized,
        status not in ('QUEUED', 'PENDING') as is_started,
        status = 'STOPPED' as is_ended,
        is_oom and status = 'STOPPED' as has_oom,
        ending between 25 and 84 as is_late,
        ending between 85 and 584 as has_failed,
        {{ draw(16, 100) }} as way,
        {{ draw(17, 160) }} as node
    from known

)

select
    run_id,
    case when is_renewed and {{ draw(18, 4) }} = 0 then definition_id || '-old' else definition_id end
        as definition_id,
    alias,
    image,
    {{ pick('definition_luck', ['batch-east', 'batch-west']) }} as cluster_name,
    case
        when not is_ended or (is_oom and way >= 96) then null
        when is_oom and way >= 92 then 1
        when is_oom then 137
        when is_late then null
        when has_failed then 1
        else 0
    end as exit_code,
    case
        when has_oom and way between 82 and 91 then case when way % 2 = 0 then 'Error' end
        when has_oom then 'OOMKilled'
        when is_ended and has_failed then 'Error'
        when is_ended and is_late then 'Task exceeded its active deadline'
        when status = 'NEEDS_RETRY' then 'Host EC2 (instance) terminated'
    end as exit_reason,
    status,
    {{ instant('queued_us') }} as queued_at,
    case
        when is_started
            then {{ instant('case when luck % 40009 = 0 and not is_ara then queued_us - ' ~ 3 * SECOND ~ ' else started_us end') }}
    end as started_at,
    case when is_ended then {{ instant('finished_us') }} end as finished_at,
    case when is_started then 'i-0' || lpad(cast(node * 7919 as text), 16, '0') end as instance_id,
    case
        when is_started
            then 'ip-10-0-' || {{ div('node', 16) }} || '-' || node % 16 + 10 || '.ec2.internal'
    end as instance_dns_name,
    group_name,
    env,
    cast(null as text) as task_arn,
    cast(null as text) as docker_id,
    group_name || '.user' || {{ draw(19, 5) }} as "user",
    'task' as task_type,
    command,
    {{ stored_hash }} as command_hash,
    case when is_sized then memory_mb end as memory,
    case when is_sized then cpu end as cpu,
    gpu,
    cast(null as integer) as ephemeral_storage,
    {{ pick(draw(20, 10), ['spot'] * 6 + ['ondemand'] * 4) }} as node_lifecycle,
    engine,
    run_id as container_name,
    case when is_started then run_id || '-pod' end as pod_name,
    'flotilla' as namespace,
    case when is_started and {{ draw(21, 5) }} > 0 then {{ div('cpu * (1 + ' ~ draw(22, 90) ~ ')', 100) }} end
        as max_cpu_used,
    case
        when not is_started or {{ draw(21, 5) }} = 0 then null
        when has_oom then memory_mb - {{ div('memory_mb * ' ~ draw(23, 40), 1000) }}
        else greatest(20, {{ div('memory_mb * (15 + ' ~ draw(23, 60) ~ ')', 100) }})
    end as max_memory_used,
    case
        when has_oom
            then cast(
                '[{"timestamp": "' || {{ iso('finished_us') }}
                || '", "event_type": "Warning", "reason": "OOMKilling", "source_object": "kubelet"'
                || ', "message": "Memory limit ' || memory_mb || 'Mi reached"}]' as {{ json }}
            )
    end as pod_events,
    cast(null as {{ json }}) as cloudtrail_notifications,
    cast(null as {{ json }}) as spark_extension,
    definition_id as executable_id,
    'task_definition' as executable_type,
    cast(null as {{ json }}) as execution_request_custom,
    case when is_sized then greatest(memory_mb, default_mb) end as memory_limit,
    case when is_sized then cpu * 2 end as cpu_limit,
    case when is_sized then case when status = 'NEEDS_RETRY' then 2 else 1 end end as attempt_count,
    cast(null as {{ json }}) as spawned_runs,
    cast(null as {{ json }}) as run_exceptions,
    cast(null as text) as metrics_uri,
    7 * 86400 as active_deadline_seconds,
    description,
    cast(null as text) as idempotence_key,
    {{ pick('definition_luck', ['amd64', 'amd64', 'arm64']) }} as arch,
    cast(null as {{ json }}) as labels,
    false as requires_docker,
    'batch-runner' as service_account,
    {{ pick('definition_luck', ['Tier1', 'Tier2', 'Tier4']) }} as tier
from staged
