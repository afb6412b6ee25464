{% macro fetch_batch(scope, batch) -%}
    {#- Two statements: the keys of a batch as one text, and the fetch that has it as constants. -#}
    {%- set found = headroom.asked_at_source(
        headroom.select_raw('task', "run_id in (<keys>) and not " ~ in_pull(scope, 'queued_at'))
    ) -%}
    {{ return([
        "set variable pull_keys = (select coalesce(string_agg('''' || replace(run_id, '''', '''''') || '''', ', '), 'null')"
        ~ " from pull_keys where batch = " ~ batch ~ ")",
        "insert into pull_runs select * from " ~ found | replace("<keys>", "' || getvariable('pull_keys') || '"),
    ]) }}
{%- endmacro %}
