with

spells as (

    select
        *,
        {{ window_key('kind', 'subject', 'window_index') }} as window_key
    from {{ ref('int_failures__cause_spells') }}

),

counted as (

    select
        *,
        {{ window_key('kind', 'subject', 'window_index') }} as window_key
    from {{ ref('int_failures__cause_windows') }}
    where window_index <= 1

),

types as (

    select
        *,
        {{ window_key('kind', 'subject', 'window_index') }} as window_key
    from {{ ref('int_failures__cause_types') }}

),

evidence as (

    select
        *,
        {{ window_key('kind', 'subject', '0') }} as window_key
    from {{ ref('int_failures__evidence') }}

),

scope as (

    select * from {{ ref('int_failures__scope') }}

)

select
    spells.kind,
    spells.subject,
    spells.since_at,
    spells.last_seen_at,
    case
        when spells.window_index = 1 then 'resolved'
        when spells.first_window_index >= 1 then 'ongoing'
        else 'open'
    end as state,
    counted.failure_count,
    counted.job_count,
    counted.failure_count * counted.job_count as severity_score,
    types.failure_types,
    evidence.window_from as tested_from,
    evidence.attempt_count,
    evidence.failure_count as tested_failure_count,
    evidence.failure_rate,
    evidence.failure_rate_low,
    evidence.failure_rate_high,
    evidence.expected_failures,
    evidence.q_value,
    counted.failure_count >= scope.pattern_threshold
    and spells.kind in ('node', 'image', 'project') as is_published_rule,
    case
        when evidence.is_flagged then 'tested'
        when spells.kind not in ('node', 'image') or spells.window_index = 1 then 'count'
        when evidence.attempt_count > 0 then 'not proven'
        else 'count only'
    end as basis
from spells
inner join counted
    on spells.window_key = counted.window_key
inner join types
    on spells.window_key = types.window_key
left join evidence
    on spells.window_key = evidence.window_key
cross join scope
where
    evidence.is_flagged
    or spells.kind = 'memory_request'
    or (spells.kind <> 'hour' and counted.failure_count >= scope.pattern_threshold)
