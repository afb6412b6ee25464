{% macro adopt_older_parts(known) -%}
    {#- Part of on-run-start: what an earlier version marked and recorded, which knew days of runs only, gets
        its kind; of what was marked or made again the latest stays. `known`: the columns there were before. -#}
    {%- if 'headroom_operations.changed_parts.queued_day' in known %}
        update headroom_operations.changed_parts
        set part_kind = 'runs', part = cast(queued_day as text)
        where part_kind is null;
        update headroom_operations.made_parts set part_kind = 'runs' where part_kind is null;
        alter table headroom_operations.changed_parts drop column queued_day;
    {%- endif %}
    delete from headroom_operations.changed_parts as older
    using headroom_operations.changed_parts as newer
    where
        older.part_kind = newer.part_kind
        and coalesce('=' || older.part, '') = coalesce('=' || newer.part, '')
        and older.change_number < newer.change_number;
    delete from headroom_operations.made_parts as older
    using headroom_operations.made_parts as newer
    where
        older.model_name = newer.model_name
        and older.part_kind = newer.part_kind
        and older.change_number < newer.change_number;
{%- endmacro %}
