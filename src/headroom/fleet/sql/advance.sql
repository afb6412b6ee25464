-- Move a fleet on from one moment to another: what is open goes on, new runs are queued, and some runs
-- that ended, of any age, are corrected.
drop table if exists {{ temporary }}.fleet_open;

create temporary table fleet_open as
select
    run_id,
    right(run_id, 32) as core
from {{ task }}
where
    status in ('QUEUED', 'PENDING', 'RUNNING')
    and queued_at >= {{ instant(now_us - longest_life) }};

drop table if exists {{ temporary }}.fleet_now;

create temporary table fleet_now as
{{ runs }};

update {{ task }} as task
set
    {%- for column in changing %}
    {{ column }} = moved.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ temporary }}.fleet_now as moved
where task.run_id = moved.run_id and task.status <> moved.status;

-- Runs that another fleet began have no life here: they go a step further.
update {{ task }} as task
set
    status = case when task.status = 'RUNNING' then 'STOPPED' else 'RUNNING' end,
    started_at = coalesce(task.started_at, {{ instant('strangers.moment_us') }}),
    finished_at = case when task.status = 'RUNNING' then {{ instant('strangers.moment_us') }} end,
    exit_code = case when task.status = 'RUNNING' then 0 end,
    memory = coalesce(task.memory, 512),
    memory_limit = coalesce(task.memory_limit, 512)
from (
    select
        run_id,
        {{ now_us }} + 1 + {{ luck('md5(run_id)') }} % {{ then_us - now_us }} as moment_us
    from {{ temporary }}.fleet_open
    where run_id not in (select moved.run_id from {{ temporary }}.fleet_now as moved)
) as strangers
where task.run_id = strangers.run_id;

insert into {{ task }}
select * from {{ temporary }}.fleet_now
where queued_at > {{ instant(now_us) }};

drop table if exists {{ temporary }}.fleet_corrected;

-- The runs queued next to random moments.
create temporary table fleet_corrected as
with

drawn as (

    select
        number % 3 as kind,
        {{ luck("md5('" ~ seed ~ " " ~ now_us ~ " ' || number)") }} as luck
    from generate_series(1, {{ corrections }}) as numbers (number)

),

moments as (

    select
        kind,
        {{ oldest_us }} + {{ draw(1, 1000000) }} * {{ (now_us - oldest_us) // 1000000 }} as moment_us
    from drawn

)

select
    task.run_id,
    min(moments.kind) as kind
from moments
inner join {{ task }} as task
    on
        task.queued_at >= {{ instant('moments.moment_us') }}
        and task.queued_at < {{ instant('moments.moment_us + ' ~ gap_us) }}
where task.status = 'STOPPED' and task.finished_at <= {{ instant(now_us) }}
group by task.run_id;

update {{ task }} as task
set
    exit_code = case
        when corrected.kind <> 0 then task.exit_code when task.exit_code = 0 then 1 else 0
    end,
    exit_reason = case
        when corrected.kind <> 0 then task.exit_reason when task.exit_code = 0 then 'Error'
    end,
    memory = task.memory + case when corrected.kind = 1 then 256 else 0 end,
    max_memory_used = case
        when corrected.kind = 2 then coalesce(task.max_memory_used, 0) + 16 else task.max_memory_used
    end
from {{ temporary }}.fleet_corrected as corrected
where task.run_id = corrected.run_id;
