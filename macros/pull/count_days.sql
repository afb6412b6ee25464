{% macro count_days(copy, scope, days) -%}
    {{ return([
        "delete from headroom_staging.pulled_days" ~ ("" if scope.zone_changed else " where " ~ headroom.in_days('queued_day', days)),
        "insert into headroom_staging.pulled_days (queued_day, run_count, last_started_at, last_left_at, last_null_hash_at,"
        ~ " last_other_hash_at) select queued_day, count(*), max(started_at), " ~ headroom.last_left_at() ~ ","
        ~ " max(queued_at) filter (where engine = 'eks' and command_md5 is not null and command_hash is null),"
        ~ " max(queued_at) filter (where engine = 'eks' and command_hash <> command_md5)"
        ~ " from " ~ copy ~ " where " ~ headroom.in_days('queued_day', days) ~ " group by queued_day",
    ]) }}
{%- endmacro %}
