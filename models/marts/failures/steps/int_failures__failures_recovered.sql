-- Materialized here, not in the folder: made by the day of the success that ended the failure, the
-- open ones as one part, and in each build where something loaded has the name of the job.
{{ config(
    materialized='incremental',
    unique_key='failure_id',
    incremental_strategy='replace_attempts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['failure_id']},
        {'columns': ['succeeded_day']},
    ]),
) }}

{%- set parts = parts_to_make(part_column='succeeded_day', reached=recoveries_reached()) %}
{%- set days = (parts_of(parts) or {}).get('parts', []) | reject('none') | list %}
{%- set first_changed = "timestamptz '-infinity'" %}
{%- if days %}{%- set first_changed = day_start("date '" ~ days | min ~ "'") %}{%- endif %}

with

jobs_landed as (

    select * from {{ ref('int_failures__jobs_landed') }}

),

failures as (

    select
        failure_id,
        is_landed or job_name in (select jobs_landed.job_name from jobs_landed) as is_landed,
        project,
        job_name,
        failure_type,
        template_id,
        error_template,
        failed_at,
        case when is_resolved then resolved_at end as resolved_at,
        lost_gpu_hours,
        lost_gb_hours,
        failed_at as lookup_from,
        {{ key_number(failure_job()) }} as lookup_key
    from {{ ref('failures__failures') }}
    where job_name is not null

),

-- None where all are made.
known as (

    select
        failure_id,
        is_landed,
        {{ parts }} as is_reached
    from {{ this if is_incremental() else ref('failures__failures') }}
    {{ 'where false' if not is_incremental() }}

),

asked as (

    select
        failures.*,
        -- The job of one that is known had not succeeded before the first day that changed.
        case
            when failures.is_landed or coalesce(known.is_landed, true) then failures.failed_at
            else greatest(failures.failed_at, {{ first_changed }})
        end as looked_from
    from failures
    left join known on failures.failure_id = known.failure_id
    where failures.is_landed or coalesce(known.is_landed or known.is_reached, true)

),

-- No attempt begins before it was submitted.
attempts as (

    select
        greatest(started_at, submitted_at) as moment,
        ended_at,
        {{ key_number(failure_job()) }} as lookup_key
    from {{ ref('attempts__attempts') }}
    where outcome = 'succeeded' and ended_at is not null and job_name is not null

),

successes as (

    select
        lookup_key,
        moment,
        min(ended_at) as ended_at
    from attempts
    where
        moment >= (select min(asked.looked_from) from asked)
        and lookup_key in (select asked.lookup_key from asked)
    group by lookup_key, moment

),

-- A failure lasts until the next attempt begins that succeeds; one that was under way already
-- proves nothing.
followed as (

    {{ next_moments('asked', 'successes') }}

)

select
    followed.failure_id,
    followed.is_landed,
    followed.project,
    followed.job_name,
    followed.failure_type,
    followed.template_id,
    followed.error_template,
    followed.failed_at,
    followed.resolved_at,
    followed.lost_gpu_hours,
    followed.lost_gb_hours,
    followed.next_at as success_started_at,
    successes.ended_at as succeeded_at,
    cast({{ local_time('followed.next_at') }} as date) as succeeded_day
from followed
left join successes
    on followed.lookup_key = successes.lookup_key and followed.next_at = successes.moment
