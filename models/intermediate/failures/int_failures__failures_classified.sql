{%- set rules = failure_rules() %}

with

failures as (

    select * from {{ ref('int_failures__failures_gathered') }}

),

texts as (

    select * from {{ ref('int_failures__texts_read') }}

),

pod_events as (

    select * from {{ ref('int_failures__pod_events_read') }}

),

-- One order for each kind of evidence; the first rule of all of them wins.
ruled as (

    select
        failures.*,
        reasons.shown_text as exit_reason,
        messages.error_template,
        messages.template_id,
        recorded_types.shown_text as recorded_word,
        least(
            reasons.rule_order,
            messages.rule_order,
            phases.rule_order,
            recorded_types.rule_order,
            pod_events.rule_order,
            failures.own_event_rule_order,
            {{ first_failure_rule('history', 'failures.recorded_type', rules) }},
            {{ first_failure_rule(
                'exit_code',
                "coalesce(cast(failures.exit_code as text), case when failures.attempt_id is null then '' else 'none' end)",
                rules
            ) }}
        ) as rule_order
    from failures
    left join texts as reasons on failures.reason_md5 = reasons.text_md5
    left join texts as messages on failures.message_md5 = messages.text_md5
    left join texts as phases on failures.phase_md5 = phases.text_md5
    left join texts as recorded_types on failures.recorded_type_md5 = recorded_types.text_md5
    left join pod_events on failures.failure_id = pod_events.failure_id

)

select
    ruled.*,
    rules.rule_name,
    coalesce(rules.failure_type, ruled.recorded_word) as failure_type,
    rules.failure_class
from ruled
left join {{ ref('failure_rules') }} as rules on ruled.rule_order = rules.rule_order
