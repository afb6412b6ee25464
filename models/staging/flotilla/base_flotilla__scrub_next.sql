{%- set beginning = "timestamptz '-infinity'" %}
-- From where the last slice ended to the lookback, and on from the beginning. Days that are not
-- known lie between known ones, before them or behind them, and are compared with these.
with

-- A warehouse that was never pulled has no slice before this one, and no day.
last_pulls as (

    select
        coalesce(scrubbed_until, {{ beginning }}) as scrubbed_until,
        {{ day_start(to_day('settled_before')) }} as lookback_from
    from {{ source('operations', 'pulls') }}
    order by pull_number desc
    limit 1

),

days as (

    select
        {{ day_start('pulled.queued_day') }} as starts_at,
        pulled.run_count,
        {{ day_start('pulled.queued_day') }} >= last_pulls.scrubbed_until as is_ahead
    from {{ source('pulled', 'pulled_days') }} as pulled
    cross join last_pulls
    where {{ day_start('pulled.queued_day + 1') }} <= last_pulls.lookback_from

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
        sum(days.run_count) over in_turn as rows_until,
        budgets.row_count
    from days
    cross join budgets
    window in_turn as (
        order by coalesce(budgets.goes_on and not days.is_ahead, false), days.starts_at
    )

),

first_over as (

    select starts_at
    from placed
    where place > 1 and rows_until > row_count
    order by place
    limit 1

),

slices as (

    select
        budgets.lookback_from,
        case when budgets.goes_on then budgets.scrubbed_until else {{ beginning }} end
            as starts_at,
        coalesce(first_over.starts_at, budgets.lookback_from) as ends_at
    from budgets
    left join first_over on true

),

ranges as (

    select
        starts_at,
        ends_at,
        case when ends_at > starts_at then ends_at else lookback_from end as first_until,
        case when ends_at > starts_at then {{ beginning }} else ends_at end as second_until
    from slices

)

select
    coalesce({{ instant_text("nullif(starts_at, " ~ beginning ~ ")") }}, '-infinity') as starts_at,
    {{ instant_text('ends_at') }} as ends_at,
    {{ instant_text('first_until') }} as first_until,
    coalesce({{ instant_text("nullif(second_until, " ~ beginning ~ ")") }}, '-infinity')
        as second_until
from ranges
