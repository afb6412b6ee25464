{%- set instants = ['starts_at', 'ends_at', 'first_until', 'second_until'] %}
-- From where the last slice ended to the lookback, and on from the beginning. Days that are not
-- known lie between known ones, before them or behind them, and are compared with these.
with

-- A warehouse that was never pulled has no slice before this one, and no day.
last_pulls as (

    select
        coalesce(scrubbed_until, timestamptz '-infinity') as scrubbed_until,
        {{ day_start(to_day('settled_before')) }} as lookback_from
    from {{ source('operations', 'pulls') }}
    order by pull_number desc
    limit 1

),

days as (

    select
        {{ day_start('days.queued_day') }} as starts_at,
        days.run_count,
        {{ day_start('days.queued_day') }} >= last_pulls.scrubbed_until as is_ahead
    from {{ source('pulled', 'pulled_days') }} as days
    cross join last_pulls
    where {{ day_start('days.queued_day + 1') }} <= last_pulls.lookback_from

),

budgets as (

    select
        last_pulls.*,
        cast({{ pull_limit('scrub_rows') }} as bigint) as row_count,
        (
            select
                bool_or(days.is_ahead)
                and sum(days.run_count) > cast({{ pull_limit('scrub_rows') }} as bigint)
            from days
        ) as goes_on
    from last_pulls

),

placed as (

    select
        days.starts_at,
        row_number() over in_turn as place,
        sum(days.run_count) over in_turn as rows_until
    from days
    cross join budgets
    window in_turn as (
        order by coalesce(budgets.goes_on and not days.is_ahead, false), days.starts_at
    )

),

slices as (

    select
        lookback_from,
        case when goes_on then scrubbed_until else timestamptz '-infinity' end as starts_at,
        coalesce((
            select placed.starts_at
            from placed
            where placed.place > 1 and placed.rows_until > budgets.row_count
            order by placed.place
            limit 1
        ), lookback_from) as ends_at
    from budgets

),

ranges as (

    select
        starts_at,
        ends_at,
        case when ends_at > starts_at then ends_at else lookback_from end as first_until,
        case when ends_at > starts_at then timestamptz '-infinity' else ends_at end as second_until
    from slices

)

select
    {%- for instant in instants %}
        case
            when {{ instant }} = timestamptz '-infinity' then '-infinity'
            else {{ instant_text(instant) }}
        end as {{ instant }}{{ ',' if not loop.last }}
    {%- endfor %}
from ranges
