{% macro scrub_slice(scrubbed_until, lookback_from) -%}
    {#- A query of the next older days that fit into the budget of rows, at least one: from where the last
        slice ended to the lookback, and on from the beginning. Days that we do not know lie between known
        ones, before them or behind them, and are compared with these. Its row says where the slice begins
        and ends, and the ends of its two ranges: that from where it begins, and that from the beginning. -#}
    {%- set last = "timestamptz '" ~ scrubbed_until ~ "'" -%}
    {%- set lookback = "timestamptz '" ~ lookback_from ~ "'" -%}
    {%- set first = "timestamptz '-infinity'" -%}
    with days as (
        select
            {{ day_start('queued_day') }} as starts_at,
            run_count,
            {{ day_start('queued_day') }} >= {{ last }} as is_ahead
        from {{ source('pulled', 'pulled_days') }}
        where queued_day is not null and {{ day_start('queued_day + 1') }} <= {{ lookback }}
    ),
    budgets as (
        select
            cast({{ pull_limit('scrub_rows') }} as bigint) as row_count,
            (
                select bool_or(is_ahead) and sum(run_count) > cast({{ pull_limit('scrub_rows') }} as bigint)
                from days
            ) as goes_on
    ),
    placed as (
        select
            days.starts_at,
            row_number() over in_turn as place,
            sum(days.run_count) over in_turn as rows_until
        from days
        cross join budgets
        window in_turn as (order by coalesce(budgets.goes_on and not days.is_ahead, false), days.starts_at)
    ),
    slices as (
        select
            case when budgets.goes_on then {{ last }} else {{ first }} end as starts_at,
            coalesce((
                select placed.starts_at
                from placed
                where placed.place > 1 and placed.rows_until > budgets.row_count
                order by placed.place
                limit 1
            ), {{ lookback }}) as ends_at
        from budgets
    ),
    ranges as (
        select
            starts_at,
            ends_at,
            case when ends_at > starts_at then ends_at else {{ lookback }} end as first_until,
            case when ends_at > starts_at then {{ first }} else ends_at end as second_until
        from slices
    )
    select
        {%- for moment in ['starts_at', 'ends_at', 'first_until', 'second_until'] %}
            case when {{ moment }} = {{ first }} then '-infinity' else {{ instant_text(moment) }} end as {{ moment }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    from ranges
{%- endmacro %}
