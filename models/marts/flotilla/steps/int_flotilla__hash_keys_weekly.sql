-- Materialized here, not in the folder: a week is made again only when it or what it looks back at
-- changed.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([{'columns': ['queued_week']}]),
) }}

{%- set parts = parts_to_make(part_column='queued_week', reached={'runs': weeks_reached()}) %}
{%- set days = days_of_weeks(parts) %}

{#- A key and a block as one number. Joined by both, PostgreSQL sorts by the block alone where it
    expects few rows, and compares each lookup of the block with each key. Two keys can have the same
    number, so joins compare the key too, in a way that PostgreSQL cannot sort by. -#}
{%- set block_key = "{key} " ~ whole_division_operator() ~ " 2 + {block}" %}

{%- set own_key = key_number("cast(lookups.key_number as text) || '|' || lookups.command_md5") %}

with

lookups as not materialized (

    select * from {{ ref('int_flotilla__runs_keyed') }}
    where {{ days }} and {{ parts }}

),

-- What these weeks can find. The candidate that falls back has the keys of two others.
ended as not materialized (

    select * from {{ ref('int_flotilla__runs_keyed') }}
    where {{ days }} and left_at is not null and is_keyed and not is_preferring

),

-- Time is cut into blocks as long as the window. A lookup finds what ended earlier in its own block
-- and late enough in the block before: the first and the last end of a block say it.
block_ends as (

    select
        key_number,
        left_block as block,
        min(left_at) as first_left_at,
        max(left_at) as last_left_at,
        max(case when is_donor then 1 else 0 end) as has_donors
    from ended
    group by key_number, left_block

),

blocks as (

    select
        key_number,
        block,
        {{ block_key.format(key='key_number', block='block') }} as block_key,
        min(first_left_at) as first_left_at,
        max(left_at_before) as left_at_before,
        max(has_donors) as has_donors
    from (
        select
            key_number,
            block,
            first_left_at,
            cast(null as timestamptz) as left_at_before,
            has_donors
        from block_ends
        union all
        select
            key_number,
            block + 1 as block,
            cast(null as timestamptz) as first_left_at,
            last_left_at as left_at_before,
            has_donors
        from block_ends
    ) as sides
    group by key_number, block

),

covered as not materialized (

    select
        lookups.*,
        not coalesce(blocks.first_left_at < lookups.queued_at, false)
        and not coalesce(blocks.left_at_before >= lookups.window_starts_at, false)
        and not coalesce(preferred.first_left_at < lookups.queued_at, false)
        and not coalesce(preferred.left_at_before >= lookups.window_starts_at, false) as is_starved,
        -- The keys of which donors are counted: few lookups are near any.
        case when blocks.has_donors = 1 then lookups.key_number end as donor_key,
        case when blocks.has_donors = 1 then {{ own_key }} end as own_donor_key,
        case when preferred.has_donors = 1 then lookups.preferred_key_number end
            as preferred_donor_key
    from lookups
    left join blocks
        on
            {{ block_key.format(key='lookups.key_number', block='lookups.queued_block') }}
            = blocks.block_key
            and lookups.key_number is not distinct from blocks.key_number
    left join blocks as preferred
        on
            {{ block_key.format(key='lookups.preferred_key_number', block='lookups.queued_block') }}
            = preferred.block_key
            and lookups.preferred_key_number is not distinct from preferred.key_number

),

-- Each donor twice: among all of its key, and among those of the same command.
donors as (

    select
        unnest(array[lookups.key_number, {{ own_key }}]) as donor_key,
        lookups.left_at,
        lookups.readable_to
    from ended as lookups
    where lookups.is_donor

),

donor_blocks as (

    select
        key_number,
        block
    from blocks
    where has_donors = 1

),

-- In the order of time: a donor has ended; it was queued too long ago; a lookup. What a moment ends
-- includes it, so the microsecond after it counts.
moments as (

    select
        donor_key,
        left_at + interval '1 microsecond' as happens_at,
        1 as donor_change
    from donors
    union all
    select
        donor_key,
        readable_to + interval '1 microsecond' as happens_at,
        -1 as donor_change
    from donors
    union all
    select distinct
        unnest(array[lookups.key_number, {{ own_key }}]) as donor_key,
        lookups.queued_at as happens_at,
        0 as donor_change
    from lookups
    inner join donor_blocks
        on
            lookups.key_number = donor_blocks.key_number
            and lookups.queued_block = donor_blocks.block
    union all
    select distinct
        lookups.preferred_key_number as donor_key,
        lookups.queued_at as happens_at,
        0 as donor_change
    from lookups
    inner join donor_blocks
        on
            lookups.preferred_key_number = donor_blocks.key_number
            and lookups.queued_block = donor_blocks.block

),

running as (

    select
        *,
        sum(donor_change) over (partition by donor_key order by happens_at) as donor_count
    from moments

),

counted as (

    select distinct
        donor_key,
        happens_at,
        donor_count
    from running
    where donor_change = 0 and donor_count > 0

),

facts as (

    select
        covered.*,
        preferred.donor_key is null and donors.donor_count > coalesce(own.donor_count, 0)
            as is_contaminated,
        coalesce(preferred.donor_key, covered.key_number) as served_key_number
    from covered
    left join counted as donors
        on covered.donor_key = donors.donor_key and covered.queued_at = donors.happens_at
    left join counted as own
        on covered.own_donor_key = own.donor_key and covered.queued_at = own.happens_at
    left join counted as preferred
        on
            covered.preferred_donor_key = preferred.donor_key
            and covered.queued_at = preferred.happens_at

)

select
    queued_week,
    key_candidate,
    definition_id,
    served_key_number as key_number,
    count(*) as run_count,
    count(*) filter (where is_starved) as starved_run_count,
    count(*) filter (where is_contaminated) as contaminated_run_count,
    count(peak_memory_mb) as peak_count,
    min(peak_memory_mb) as smallest_peak_mb,
    max(peak_memory_mb) as largest_peak_mb,
    count(*) filter (where is_starved and is_oom) as cold_start_oom_count,
    cast(sum(memory_gb_hours) filter (where is_starved and is_oom) as decimal(18, 6))
        as cold_start_gb_hours,
    max(left_at) as last_left_at
from facts
-- The number first: PostgreSQL sorts, and compares what comes first most often.
group by served_key_number, queued_week, key_candidate, definition_id
