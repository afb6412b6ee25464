{% macro mark_parts(scope, days) -%}
    {#- The days of runs that differ; of a new definition all days between which it has runs, of another one
        that differs those from this moment on, since the snapshot dates it so. -#}
    {%- set from_now = to_day("(current_timestamp - interval '1 hour')") -%}
    {%- set of_definitions =
        "select days.queued_day from headroom_staging.pulled_days as days"
        ~ " inner join headroom_staging.pulled_definition_days as spans"
        ~ " on days.queued_day between spans.first_day and spans.last_day"
        ~ " inner join pull_definitions as definitions on spans.definition_id = definitions.definition_id"
        ~ " where definitions.is_new or days.queued_day >= " ~ from_now
    -%}
    {{ return([
        "create temporary table pull_parts as select queued_day, cast('definitions' as text) as reason from ("
        ~ of_definitions ~ ") as of_definitions group by queued_day",
        "delete from pull_parts where " ~ headroom.in_days('queued_day', days),
    ] + headroom.insert_days(days) + [
        "insert into headroom_operations.changed_parts (part_kind, part, change_number, reason)"
        ~ " select 'runs', cast(queued_day as text), " ~ scope.number ~ ", reason from pull_parts",
        "drop table pull_parts",
    ]) }}
{%- endmacro %}
