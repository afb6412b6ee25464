with

rules as (

    select * from {{ ref('failure_remediation_rules') }}

),

told as (

    select
        *,
        -- What two sources hide may differ: such texts are not added up.
        case when description like '%***%' then ' (' || source || ')' else '' end as told_apart
    from {{ ref('stg_failures__solutions') }}

),

solutions as (

    select
        failure_type,
        description || told_apart as description,
        cast(sum(success_count) as bigint) as success_count,
        cast(sum(failure_count) as bigint) as failure_count,
        cast(count(distinct source) as bigint) as source_count,
        max(last_used_at) as last_used_at
    from told
    group by failure_type, description || told_apart

),

retries as (

    select * from {{ ref('failures__retries') }}

),

known as (

    select
        coalesce(rules.failure_type, solutions.failure_type) as failure_type,
        coalesce(rules.description, solutions.description) as description,
        rules.rule_order,
        rules.parameters,
        rules.is_manual,
        rules.shown_by,
        rules.why,
        rules.source as rule_source,
        coalesce(solutions.success_count, 0) as success_count,
        coalesce(solutions.failure_count, 0) as failure_count,
        coalesce(solutions.success_count + solutions.failure_count, 0) as tried_count,
        coalesce(solutions.source_count, 0) as source_count,
        solutions.last_used_at
    from rules
    full outer join solutions
        on rules.failure_type = solutions.failure_type and rules.description = solutions.description

),

bounded as (

    select
        *,
        case when tried_count > 0 then {{ wilson_bound('success_count', 'tried_count', 'low') }} end
            as success_rate_low
    from known

),

ranked as (

    select
        *,
        case
            when tried_count > 0
                then row_number() over (
                    partition by failure_type
                    order by
                        success_rate_low desc nulls last,
                        tried_count desc,
                        {{ text_key('description') }}
                )
        end as solution_rank
    from bounded

)

select
    ranked.failure_type,
    ranked.description,
    ranked.rule_order,
    ranked.parameters,
    ranked.is_manual,
    ranked.why,
    ranked.rule_source,
    ranked.solution_rank,
    ranked.tried_count,
    ranked.success_count,
    ranked.failure_count,
    {{ round_ratio('ranked.success_count', 'ranked.tried_count', 6) }} as success_rate,
    ranked.success_rate_low,
    ranked.source_count,
    ranked.last_used_at,
    ranked.shown_by,
    retries.retry_count,
    retries.success_rate as retry_success_rate,
    retries.unchanged_retry_count,
    retries.unchanged_success_rate,
    retries.uplift,
    retries.uplift_low,
    retries.uplift_high
from ranked
left join retries
    on ranked.failure_type = retries.failure_type and ranked.shown_by = retries.change_made
