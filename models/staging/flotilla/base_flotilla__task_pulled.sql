{{ config(
    materialized='pull',
    indexes=row_store_indexes([
        {'columns': ['run_id'], 'unique': true},
        {'columns': ['queued_at']},
        {'columns': ['queued_day']},
    ]),
) }}

{%- set scope = pull_scope() %}
{%- set texts = [
    'definition_id', 'alias', 'image', 'cluster_name', 'status', 'instance_dns_name', 'group_name', 'user_name',
    'command_hash', 'node_lifecycle', 'engine', 'pod_name', 'tier',
] %}
{%- set integers = [
    'exit_code', 'memory', 'cpu', 'gpu', 'max_memory_used', 'memory_limit', 'attempt_count', 'active_deadline_seconds',
] %}
{%- set times = ['queued_at', 'started_at', 'finished_at'] %}
{%- set source_texts = [
    'run_id', '"user"', 'command', 'exit_reason', 'description', 'pod_events',
] %}
{%- do source_texts.extend(texts | reject('equalto', 'user_name')) %}
{%- set derived = [
    'exit_reason_md5', 'command_md5', 'description_md5', 'pod_event_lines_md5', 'queued_day', 'is_settled',
] %}
-- The only reader of all of `task`: the rows that differ from what is known, and what differs. The
-- materialization writes them, without the texts that can hold secrets.
/* pull: {{ tojson(scope) }} */

with

in_range as (

    select * from {{ raw_runs() }}
    where {{ in_pull(scope, 'queued_at') }}

),

known as (

    select * from {{ this }}
    where {{ in_pull(scope, 'queued_at') }}

),

looked_for as (

    {{ looked_for('known', 'in_range') | indent(4) }}

),

found as (

    select * from in_range
    where run_id is not null
    union all
    select elsewhere.*
    from {{ raw_runs() }} as elsewhere
    inner join looked_for on elsewhere.run_id = looked_for.run_id

),

checked as (

    select
        *,
        "user" as user_name,
        {{ unusable_because(source_texts, integers, times) }} as unusable_because,
        case when coalesce(exit_code <> 0, true) then {{ pod_event_lines('pod_events') }} end
            as pod_event_lines
    from found

),

typed as (

    select
        run_id,
        unusable_because,
        command,
        exit_reason,
        pod_event_lines,
        {%- for column in texts %}
            cast({{ column }} as text) as {{ column }},
        {%- endfor %}
        {%- for column in integers %}
            cast(case when unusable_because is null then {{ column }} end as integer)
                as {{ column }},
        {%- endfor %}
        {%- for column in times %}
            case when unusable_because is null then {{ column }} end as {{ column }},
        {%- endfor %}
        md5(exit_reason) as exit_reason_md5,
        case when command <> '' then md5(command) end as command_md5,
        md5(description) as description_md5,
        md5(pod_event_lines) as pod_event_lines_md5,
        case when unusable_because is null then {{ to_day('queued_at') }} end as queued_day,
        coalesce(
            status in ('STOPPED', 'NEEDS_RETRY')
            or queued_at < timestamptz '{{ scope.settled_before }}',
            false
        ) as is_settled
    from checked

)

select
    coalesce(typed.run_id, known.run_id) as run_id,
    {{ hash_number('coalesce(typed.run_id, known.run_id)', 15) }} as run_number,
    case
        when typed.run_id is null then 'missing'
        when typed.unusable_because is not null then 'unusable'
        when known.run_id is null then 'new'
        else 'changed'
    end as difference,
    typed.unusable_because,
    known.queued_day as known_day,
    known.queued_at as known_queued_at,
    coalesce(known.is_quarantined, false) as was_quarantined,
    {%- for column in texts + integers + times + derived %}
        typed.{{ column }},
    {%- endfor %}
    typed.command,
    typed.exit_reason,
    typed.pod_event_lines
from typed
full join known on typed.run_id = known.run_id
where
    typed.run_id is null
    -- New, or written by a version without this number.
    or known.run_number is null
    or typed.unusable_because is not null
    or known.is_quarantined
    {%- if scope.masks_changed %}
        or typed.exit_reason is not null
        or typed.pod_event_lines is not null
    {%- endif %}
    {%- for column in texts + integers + times + derived %}
        or typed.{{ column }} is distinct from known.{{ column }}
    {%- endfor %}
