{% macro count_source_rows(scope) -%}
    select
        coalesce(sum(times), 0) as row_count,
        coalesce(sum(times) filter (where run_id is null), 0) as without_key,
        coalesce(max(times) filter (where run_id is not null), 0) as most_times,
        min(run_id) filter (where times > 1) as example
    from (
        select run_id, count(*) as times
        from {{ headroom.raw_runs() }}
        where {{ in_pull(scope, 'queued_at') }}
        group by run_id
    ) as counted
{%- endmacro %}
