{% macro insert_commands() -%}
    insert into headroom_staging.pulled_commands (command_md5, command_number, command)
    select
        fresh.command_md5,
        fresh.command_number,
        {{ apply_masks('fresh.command', masks(), 'secret') }}
    from (
        select
            command_md5,
            {{ md5_number('command_md5') }} as command_number,
            min(command) as command
        from pull_differences
        where difference in ('new', 'changed') and command_md5 is not null
        group by command_md5
    ) as fresh
    left join headroom_staging.pulled_commands as known on fresh.command_number = known.command_number
    where known.command_number is null
{%- endmacro %}
