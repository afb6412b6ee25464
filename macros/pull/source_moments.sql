{% macro source_moments(since) -%}
    {#- The source's oldest moment, and the moment before which runs are settled: so long before the newest
        `queued_at` that is not ahead of the clock. One wrong run in the future must not settle everything. -#}
    {%- set task = source_or_empty('flotilla', 'task') -%}
    {%- set task = task.include(database=false) if headroom.is_source_beside() else task -%}
    {%- set ahead = headroom.rows_of("select " ~ threshold('clock_ahead_seconds'))[0][0] -%}
    {%- set bounds -%}
        select
            (
                select min(queued_at)
                from {{ task }} as oldest_run
                where queued_at >= {{ first_instant() }} and queued_at <= {{ latest_believed(ahead) }}
            ) as oldest,
            (
                select max(queued_at)
                from {{ task }} as newest_run
                where
                    queued_at <= {{ latest_believed(ahead) }}
                    and queued_at >= {{ "timestamptz '" ~ since ~ "'" if since else first_instant() }}
            ) as newest
    {%- endset -%}
    select
        {{ instant_text('min(bounds.oldest)') }} as oldest,
        {{ instant_text('max(bounds.newest) - interval \'24 hours\' * cast(' ~ threshold('lookback_days') ~ ' as integer)') }}
            as settled_before
    from {{ headroom.asked_at_source(bounds) }} as bounds
{%- endmacro %}
