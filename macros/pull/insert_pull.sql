{% macro insert_pull(scope, counts) -%}
    insert into headroom_operations.pulls (
        pull_number, pulled_at, settled_before, scrubbed_from, scrubbed_until, is_whole, rows_read, new_runs,
        changed_runs, deleted_runs, held_runs, quarantined_runs, rows_without_key, lost_commands, masks_md5,
        reporting_timezone, code_md5, newest_queued_at, end_p50_seconds, end_p99_seconds, end_p999_seconds,
        arrival_p50_seconds, arrival_p99_seconds, arrival_p999_seconds
    )
    select
        {{ scope.number }},
        current_timestamp,
        timestamptz '{{ scope.settled_before }}',
        {{ "timestamptz '" ~ scope.scrubbed_from ~ "'" if scope.scrubbed_from else 'null' }},
        {{ "timestamptz '" ~ scope.scrubbed_until ~ "'" if scope.scrubbed_until else 'null' }},
        {{ scope.is_whole }},
        {{ counts.read }},
        count(*) filter (where difference = 'new'),
        count(*) filter (where difference = 'changed'),
        count(*) filter (where difference = 'missing'),
        (select coalesce(sum(missing_runs), 0) from pull_held_days),
        (select count(*) from pull_unusable),
        {{ counts.without_key }},
        0,
        '{{ headroom.masks_md5() }}',
        '{{ var("reporting_timezone") }}',
        '{{ headroom.pull_code_md5() }}',
        max(queued_at) filter (where difference in ('new', 'changed'))
        {%- for moment in ['finished_at', 'current_timestamp'] -%}
            {%- for share in [0.5, 0.99, 0.999] -%}
                ,
                {{ 'null' if scope.is_first else headroom.lateness(share, moment) }}
            {%- endfor -%}
        {%- endfor %}
    from pull_differences
{%- endmacro %}
