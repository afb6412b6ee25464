-- Materialized here, not in the folder: recipients with the same span share its figures.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['queued_day']},
    ]),
) }}

with

recipients as (

    select * from {{ ref('int_flotilla__recipients_located') }}
    where {{ parts_to_make(reaches_days=donor_days()) }}

),

states as (

    select * from {{ ref('int_flotilla__donor_states') }}

),

donors as (

    select
        *,
        row_number() over (
            order by memory_mb desc, finished_at desc, {{ text_key('donor_run_id') }} asc
        ) as decisive_rank
    from {{ ref('int_flotilla__oom_donors') }}
    where lookup_key in (select recipients.lookup_key from recipients)

),

-- Each donor twice: among all donors of its key, and among those of the same command.
scoped as (

    select
        lookup_key,
        'all' as scope,
        memory_mb,
        decisive_rank,
        readable_from,
        readable_to
    from donors
    union all
    select
        lookup_key,
        command_key as scope,
        memory_mb,
        decisive_rank,
        readable_from,
        readable_to
    from donors

),

spans as (

    select distinct
        span_key,
        queued_day,
        lookup_key,
        'all' as scope,
        donor_limit,
        first_state_at,
        last_state_at
    from recipients
    union all
    select distinct
        own_span_key as span_key,
        queued_day,
        lookup_key,
        command_key as scope,
        donor_limit,
        first_state_at,
        last_state_at
    from recipients

),

-- Donors and spans meet in blocks of a day: a key with thousands of donors would otherwise compare
-- each of its spans with all of them, not with those of its time.
blocks as (

    select distinct
        lookup_key,
        cast(valid_from at time zone 'UTC' as date) as block
    from states

),

blocked_donors as (

    select
        scoped.*,
        blocks.block,
        cast(scoped.readable_from at time zone 'UTC' as date) as first_block
    from scoped
    inner join blocks
        on
            scoped.lookup_key = blocks.lookup_key
            and blocks.block >= cast(scoped.readable_from at time zone 'UTC' as date)
            and blocks.block <= cast(scoped.readable_to at time zone 'UTC' as date)

),

blocked_spans as (

    select
        spans.*,
        blocks.block,
        cast(spans.first_state_at at time zone 'UTC' as date) as first_block
    from spans
    inner join blocks
        on
            spans.lookup_key = blocks.lookup_key
            and blocks.block >= cast(spans.first_state_at at time zone 'UTC' as date)
            and blocks.block <= cast(spans.last_state_at at time zone 'UTC' as date)

),

-- Readable in every state of the span is certain, in some of them possible. Where they share
-- several blocks, the first one counts.
matched as (

    select
        spans.span_key,
        spans.queued_day,
        spans.donor_limit,
        donors.memory_mb,
        donors.decisive_rank,
        donors.readable_from <= spans.first_state_at
        and donors.readable_to > spans.last_state_at as is_certain
    from blocked_spans as spans
    inner join blocked_donors as donors
        on
            spans.lookup_key = donors.lookup_key
            and spans.scope = donors.scope
            and spans.block = donors.block
            and spans.last_state_at >= donors.readable_from
            and spans.first_state_at < donors.readable_to
    where spans.block = greatest(spans.first_block, donors.first_block)

),

measured as (

    select
        span_key,
        queued_day,
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
    group by span_key, queued_day, donor_limit

)

select
    measured.span_key,
    measured.queued_day,
    measured.certain_count,
    measured.possible_count,
    highest.donor_run_id as highest_donor_run_id,
    certain_highest.donor_run_id as certain_highest_donor_run_id,
    case
        when measured.certain_count = 0 then measured.lowest_mb
        when measured.certain_count + measured.possible_count <= measured.donor_limit
            then measured.certain_highest_mb
        when measured.certain_count <= measured.donor_limit
            then least(measured.certain_highest_mb, measured.limit_th_lowest_mb)
        else measured.limit_th_lowest_mb
    end as low_donor_mb,
    measured.highest_mb as high_donor_mb
from measured
inner join donors as highest on measured.highest_rank = highest.decisive_rank
left join donors as certain_highest on measured.certain_highest_rank = certain_highest.decisive_rank
