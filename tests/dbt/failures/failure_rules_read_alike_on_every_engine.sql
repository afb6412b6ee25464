-- Each rule reads its own example: on every engine, so that a pattern that one of them reads
-- differently fails there and is named. As with masks, but for a rule of any text it must be the
-- first of its kind of evidence, or it could never be met.
with

rules as (

    select * from {{ ref('failure_rules') }}

),

rules_met as (

    select
        rules.rule_order,
        rules.rule_name,
        rules.example,
        min(rivals.rule_order) as first_order
    from rules
    left join rules as rivals
        on
            rules.evidence = rivals.evidence
            and {{ text_matches('rules.example', 'rivals.pattern') }}
    group by rules.rule_order, rules.rule_name, rules.example

)

select *
from rules_met
where first_order is distinct from rule_order
