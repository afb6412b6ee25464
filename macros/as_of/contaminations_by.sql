{% macro contaminations_by(columns) -%}
    {#- Rows of flotilla__contaminations queued before the moment `as_of`, rolled up by some columns;
        what only the end of a run tells counts when it had ended by then. -#}
    select
        {{ columns | join(', ') }},
        count(*) as contaminated_run_count,
        count(distinct donor_run_id) as donor_count,
        count(distinct donor_command_md5) as donor_commands,
        count(distinct recipient_command_md5) as recipient_commands,
        count(*) filter (where is_oom and finished_at < {{ as_of_end() }}) as oom_count,
        max(memory_mb) as max_memory_mb,
        cast(sum(contaminated_gb_hours) filter (
            where finished_at < {{ as_of_end() }}
        ) as decimal(18, 6)) as contaminated_gb_hours
    from {{ ref('flotilla__contaminations') }}
    where queued_at < {{ as_of_end() }}
    group by {{ columns | join(', ') }}
{%- endmacro %}
