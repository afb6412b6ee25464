{#- What the marts hold need not be computed again where no other window is asked for. #}
{%- set is_asked = var('failures_until') != '' %}
{%- set judged = ref('int_failures__subjects_judged') %}
{%- set blamed = ref('int_failures__subjects_blamed') %}
{%- set patterns_judged = ref('int_failures__patterns_judged') %}
{%- set patterns = ref('failures__patterns') %}

with

subjects as (

    select * from {{ judged if is_asked else blamed }}

),

patterns as (

    select * from {{ patterns_judged if is_asked else patterns }}

)

select
    subject_kind as kind,
    subject,
    window_from,
    attempt_count,
    failed_attempt_count as failure_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    q_value,
    is_flagged
from subjects
union all
select
    'hour' as kind,
    value as subject,
    {{ to_day('window_from') }} as window_from,
    attempt_count,
    failed_attempt_count as failure_count,
    cast(failure_rate as double precision) as failure_rate,
    failure_rate_low,
    failure_rate_high,
    cast(expected_failure_count as double precision) as expected_failures,
    q_value,
    is_spike as is_flagged
from patterns
where dimension = 'hour' and is_spike
