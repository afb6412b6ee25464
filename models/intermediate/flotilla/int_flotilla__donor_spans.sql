-- Materialized here, not in the folder: recipients with the same span share its figures.
{{ config(materialized='table') }}

with

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

),

states as (

    select * from {{ ref('int_flotilla__donor_states') }}

),

recipients as (

    select * from {{ ref('int_flotilla__recipients_located') }}

),

placed as (

    select
        donors.lookup_key,
        donors.command_key,
        donors.memory_mb,
        donors.decisive_rank,
        first_states.state_number as first_state,
        next_states.state_number - 1 as last_state
    from donors
    inner join states as first_states
        on donors.lookup_key = first_states.lookup_key and donors.readable_from = first_states.valid_from
    inner join states as next_states
        on donors.lookup_key = next_states.lookup_key and donors.readable_to = next_states.valid_from

),

-- Each donor twice: among all donors of its key, and among those of its own command.
scoped as (

    select
        lookup_key,
        'all' as scope,
        memory_mb,
        decisive_rank,
        first_state,
        last_state
    from placed
    union all
    select
        lookup_key,
        command_key as scope,
        memory_mb,
        decisive_rank,
        first_state,
        last_state
    from placed

),

spans as (

    select distinct
        span_key,
        lookup_key,
        'all' as scope,
        donor_limit,
        first_state,
        last_state
    from recipients
    union all
    select distinct
        own_span_key as span_key,
        lookup_key,
        command_key as scope,
        donor_limit,
        first_state,
        last_state
    from recipients

),

-- Readable in every state of the span is certain, in some of them possible.
matched as (

    select
        spans.*,
        scoped.memory_mb,
        scoped.decisive_rank,
        scoped.first_state <= spans.first_state and scoped.last_state >= spans.last_state as is_certain
    from spans
    inner join scoped
        on
            spans.lookup_key = scoped.lookup_key
            and spans.scope = scoped.scope
            and spans.last_state >= scoped.first_state
            and spans.first_state <= scoped.last_state

),

measured as (

    select
        span_key,
        donor_limit,
        count(*) filter (where is_certain) as certain_count,
        count(*) filter (where not is_certain) as possible_count,
        min(memory_mb) as lowest_mb,
        max(memory_mb) as highest_mb,
        max(memory_mb) filter (where is_certain) as certain_highest_mb,
        (array_agg(memory_mb order by memory_mb))[donor_limit] as limit_th_lowest_mb,
        min(decisive_rank) as highest_rank,
        min(decisive_rank) filter (where is_certain) as certain_highest_rank
    from matched
    group by span_key, donor_limit

)

select
    span_key,
    certain_count,
    possible_count,
    highest_rank,
    certain_highest_rank,
    case
        when certain_count = 0 then lowest_mb
        when certain_count + possible_count <= donor_limit then certain_highest_mb
        when certain_count <= donor_limit then least(certain_highest_mb, limit_th_lowest_mb)
        else limit_th_lowest_mb
    end as low_donor_mb,
    highest_mb as high_donor_mb
from measured
