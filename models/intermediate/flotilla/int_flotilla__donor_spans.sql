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
        on
            donors.lookup_key = first_states.lookup_key
            and donors.readable_from = first_states.valid_from
    inner join states as next_states
        on
            donors.lookup_key = next_states.lookup_key
            and donors.readable_to = next_states.valid_from

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

-- Donors and spans meet in blocks of 64 states: a key with thousands of donors would otherwise
-- compare each of its spans with all of them, not with those of its time.
blocks as (

    select distinct
        lookup_key,
        state_number >> 6 as block
    from states

),

blocked_donors as (

    select
        scoped.*,
        blocks.block
    from scoped
    inner join blocks
        on
            scoped.lookup_key = blocks.lookup_key
            and blocks.block between scoped.first_state >> 6 and scoped.last_state >> 6

),

blocked_spans as (

    select
        spans.*,
        blocks.block
    from spans
    inner join blocks
        on
            spans.lookup_key = blocks.lookup_key
            and blocks.block between spans.first_state >> 6 and spans.last_state >> 6

),

-- Readable in every state of the span is certain, in some of them possible. Where they share
-- several blocks, the first one counts.
matched as (

    select
        spans.span_key,
        spans.donor_limit,
        donors.memory_mb,
        donors.decisive_rank,
        donors.first_state <= spans.first_state
        and donors.last_state >= spans.last_state as is_certain
    from blocked_spans as spans
    inner join blocked_donors as donors
        on
            spans.lookup_key = donors.lookup_key
            and spans.scope = donors.scope
            and spans.block = donors.block
            and spans.last_state >= donors.first_state
            and spans.first_state <= donors.last_state
    where spans.block = greatest(spans.first_state >> 6, donors.first_state >> 6)

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
