{% macro pull_statements(copy, scope, counts) -%}
    {#- What a pull writes, in order. The days that it touches are named as constants: an engine then looks
        at these alone. -#}
    {%- set days = headroom.touched_days(scope) -%}
    {%- set statements = [
        "delete from headroom_operations.quarantined_runs",
        "insert into headroom_operations.quarantined_runs (run_id, reason, pull_number) select run_id,"
        ~ " unusable_because, " ~ scope.number ~ " from pull_unusable",
        "delete from headroom_operations.held_days where " ~ in_pull(scope, day_start('queued_day')),
        "insert into headroom_operations.held_days (queued_day, known_runs, missing_runs)"
        ~ " select queued_day, known_runs, missing_runs from pull_held_days",
    ] -%}
    {%- do statements.append(headroom.insert_pull(scope, counts)) -%}
    {%- if scope.masks_changed -%}
        {%- do statements.extend(headroom.commands_read_again(scope)) -%}
    {%- endif -%}
    {%- if days -%}
        {%- do statements.append(
            "update " ~ copy ~ " set is_quarantined = true where " ~ headroom.in_days('queued_day', days)
            ~ " and run_id in (select run_id from pull_differences where difference = 'unusable')"
        ) -%}
        {%- do statements.append(
            "delete from " ~ copy ~ " where " ~ headroom.in_days('queued_day', days)
            ~ " and run_id in (select run_id from pull_differences where difference in ('changed', 'missing'))"
        ) if not scope.is_first -%}
        {%- do statements.append(headroom.insert_runs(copy)) -%}
        {%- do statements.append(headroom.insert_commands()) if not scope.masks_changed -%}
        {%- do statements.extend(headroom.count_days(copy, scope, days)) -%}
        {%- do statements.extend(headroom.widen_definition_days()) -%}
    {%- endif -%}
    {%- do statements.extend(headroom.mark_parts(scope, days)) -%}
    {%- do statements.extend(headroom.replace_definitions()) -%}
    {%- do statements.extend(headroom.keep_comparison(scope)) -%}
    {%- do statements.append("delete from headroom_operations.pull_requests") -%}
    {%- for table in ['differences', 'definitions', 'held_days', 'unusable', 'runs', 'keys', 'all_definitions'] -%}
        {%- do statements.append("drop table if exists pull_" ~ table) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
