-- Materialized here, not in the folder: flotilla__runs reads it by run.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['run_id'], 'unique': true},
        {'columns': ['queued_day']},
    ]),
) }}

{%- set parts = parts_to_make(reaches_days=donor_days()) %}

with

recipients as (

    select * from {{ ref('int_flotilla__recipients_located') }}
    where {{ parts }}

),

spans as (

    select * from {{ ref('int_flotilla__donor_spans') }}
    where {{ parts }}

),

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

),

estimated as (

    select
        recipients.*,
        spans.certain_count,
        spans.possible_count,
        spans.highest_donor_run_id,
        spans.certain_highest_donor_run_id,
        coalesce(own_spans.certain_count, 0) as own_certain_count,
        coalesce(own_spans.possible_count, 0) as own_possible_count,
        {{ ara_estimate('spans.low_donor_mb', 'recipients.memory_multiplier') }} as estimate_low_mb,
        {{ ara_estimate('spans.high_donor_mb', 'recipients.memory_multiplier') }}
            as estimate_high_mb,
        {{ ara_estimate('own_spans.low_donor_mb', 'recipients.memory_multiplier') }}
            as own_estimate_low_mb,
        {{ ara_estimate('own_spans.high_donor_mb', 'recipients.memory_multiplier') }}
            as own_estimate_high_mb
    from recipients
    inner join spans on recipients.span_key = spans.span_key
    left join spans as own_spans on recipients.own_span_key = own_spans.span_key

),

-- A possible donor is decisive only where nothing else is, or where the memory shows it was.
decided as (

    select
        *,
        case
            when certain_count = 0 then highest_donor_run_id
            when
                memory_mb
                = {{ ara_bounded('estimate_high_mb', 'policy_min_memory_mb', 'policy_cap_mb') }}
                and memory_mb
                <> {{ ara_bounded('estimate_low_mb', 'policy_min_memory_mb', 'policy_cap_mb') }}
                then highest_donor_run_id
            else certain_highest_donor_run_id
        end as decisive_donor_run_id
    from estimated

)

select
    decided.run_id,
    decided.queued_day,
    decided.certain_count as certain_donor_count,
    decided.possible_count as possible_donor_count,
    decided.own_certain_count as own_certain_donor_count,
    decided.own_certain_count + decided.own_possible_count as own_donor_count,
    decided.certain_count + decided.possible_count
    - decided.own_certain_count - decided.own_possible_count as foreign_donor_count,
    decided.decisive_donor_run_id,
    donors.memory_mb as decisive_donor_memory_mb,
    donors.command_key <> decided.command_key as is_decisive_donor_foreign,
    {{ microseconds_between('donors.queued_at', 'decided.lookup_from') }} as donor_age_us,
    decided.estimate_low_mb,
    decided.estimate_high_mb,
    decided.own_estimate_low_mb,
    decided.own_estimate_high_mb
from decided
inner join donors
    on
        decided.lookup_key = donors.lookup_key
        and decided.decisive_donor_run_id = donors.donor_run_id
