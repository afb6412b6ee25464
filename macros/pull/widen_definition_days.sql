{% macro widen_definition_days() -%}
    {{ return([
        "create temporary table pull_definition_days as select definition_id, min(first_day) as first_day,"
        ~ " max(last_day) as last_day from (select definition_id, first_day, last_day from"
        ~ " headroom_staging.pulled_definition_days union all select definition_id, queued_day, queued_day"
        ~ " from pull_differences where difference in ('new', 'changed') and definition_id is not null"
        ~ " and queued_day is not null) as days group by definition_id",
        "delete from headroom_staging.pulled_definition_days",
        "insert into headroom_staging.pulled_definition_days (definition_id, first_day, last_day)"
        ~ " select definition_id, first_day, last_day from pull_definition_days",
        "drop table pull_definition_days",
    ]) }}
{%- endmacro %}
