{% macro shared_hash_measures(commands_daily) -%}
    {#- Stored hashes with more than one distinct command under one definition. -#}
    select
        definition_id,
        command_hash,
        count(distinct command_md5) as distinct_commands,
        cast(sum(oom_count) as bigint) as oom_count,
        cast(sum(exit_137_count) as bigint) as exit_137_count,
        cast(sum(run_count) as bigint) as run_count,
        max(max_memory_mb) as max_memory_mb,
        min(first_queued_at) as first_seen_at,
        max(last_queued_at) as last_seen_at
    from {{ commands_daily }}
    where command_hash is not null and command_md5 is not null
    group by definition_id, command_hash
    having count(distinct command_md5) > 1
{%- endmacro %}
