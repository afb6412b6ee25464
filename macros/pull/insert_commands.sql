{% macro insert_commands() -%}
    insert into headroom_staging.pulled_commands (command_md5, command)
    select
        fresh.command_md5,
        {{ apply_masks('fresh.command', masks(), 'secret') }}
    from (
        select command_md5, min(command) as command
        from pull_differences
        where difference in ('new', 'changed') and command_md5 is not null
        group by command_md5
    ) as fresh
    left join headroom_staging.pulled_commands as known on fresh.command_md5 = known.command_md5
    where known.command_md5 is null
{%- endmacro %}
