{% macro fetch_ranges(scope) -%}
    {#- Statements that fetch the runs of the ranges that a pull compares, and all definitions. The server's
        transaction is idle while the pull compares. -#}
    {{ return([
        "select * from " ~ headroom.asked_at_source(
            "select set_config('idle_in_transaction_session_timeout', '0', true) as no_limit"
        ),
        "create or replace temporary table pull_runs as select * from "
        ~ headroom.asked_at_source(headroom.select_raw('task', in_pull(scope, 'queued_at'))),
        "create or replace temporary table pull_all_definitions as select * from "
        ~ headroom.asked_at_source(headroom.select_raw('task_def', 'true')),
    ]) }}
{%- endmacro %}
