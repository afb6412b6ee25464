{% macro insert_pull(scope, counts) -%}
    insert into headroom_operations.pulls (
        pull_number, pulled_at, settled_before, scrubbed_from, scrubbed_until, is_whole, rows_read, new_runs,
        changed_runs, deleted_runs, held_runs, quarantined_runs, rows_without_key, lost_commands, masks_md5,
        reporting_timezone, code_md5
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
        '{{ headroom.pull_code_md5() }}'
    from pull_differences
{%- endmacro %}
