{% macro recent_shared_hashes(days) -%}
    {#- Shared hashes counted over the last days before the moment `as_of`: by the commands that ran in
        them, which first appearances cannot tell. Commands are grouped before they are counted:
        counting distinct ones sorts all rows on PostgreSQL. -#}
    select
        definition_id,
        command_hash,
        count(*) as distinct_commands,
        cast(sum(oom_count) as bigint) as oom_count,
        cast(sum(run_count) as bigint) as run_count,
        max(max_memory_mb) as max_memory_mb
    from (
        select
            definition_id,
            command_hash,
            command_md5,
            sum(oom_count) as oom_count,
            sum(run_count) as run_count,
            max(max_memory_mb) as max_memory_mb
        from ({{ hash_commands_as_of() }}) as commands_daily
        where queued_day > {{ as_of_today() }} - {{ days }}
        group by definition_id, command_hash, command_md5
    ) as commands
    group by definition_id, command_hash
    having count(*) > 1
{%- endmacro %}
