{{ config(indexes=row_store_indexes([{'columns': ['queued_day']}])) }}
{%- set outcomes = effect_outcomes() %}
{%- set counts = {} %}
{%- for outcome, rule in outcomes.items() %}
    {%- do counts.update({
        outcome ~ '_run_count': 'count(*) filter (where ' ~ rule.of ~ ')',
        outcome ~ '_event_count': 'count(*) filter (where ' ~ rule.event ~ ')',
    }) %}
{%- endfor %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_day is not null and {{ parts_to_make(reaches_days=donor_days()) }}

),

counted as (

    select
        queued_day,
        coalesce(definition_alias, definition_id, 'unknown') as cohort,
        coalesce(attribution in ('not_eligible', 'gpu_request'), false) as is_untouched,
        {{ named_columns(counts) }}
    from runs
    group by
        queued_day,
        coalesce(definition_alias, definition_id, 'unknown'),
        coalesce(attribution in ('not_eligible', 'gpu_request'), false)

)

{% for outcome in outcomes -%}
    select
        queued_day,
        cohort,
        is_untouched,
        '{{ outcome }}' as outcome,
        {{ outcome }}_run_count as run_count,
        {{ outcome }}_event_count as event_count
    from counted
    where {{ outcome }}_run_count > 0
    {{ 'union all' if not loop.last }}
{% endfor %}
