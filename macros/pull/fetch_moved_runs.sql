{% macro fetch_moved_runs(scope) -%}
    {#- Of runs that seem to have moved to another day: what still stands on the old one. -#}
    {%- do headroom.fetch_keys(
        scope,
        "select run_id from pull_differences where difference = 'changed' and queued_day is distinct from known_day"
        ~ " and run_id not in (select run_id from pull_runs where not " ~ in_pull(scope, 'queued_at') ~ ")"
    ) -%}
{%- endmacro %}
