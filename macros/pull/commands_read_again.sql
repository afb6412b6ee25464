{% macro commands_read_again(scope) -%}
    {#- After a change of masks: what the source still has is masked again, the words of the rest are gone. -#}
    {{ return([
        "create temporary table pull_commands as select md5(command) as command_md5, min(command) as command from "
        ~ headroom.raw_runs() ~ " where command <> '' group by md5(command)",
        "create temporary table pull_known_commands as select command_md5 from headroom_staging.pulled_commands",
        "delete from headroom_staging.pulled_commands",
        "insert into headroom_staging.pulled_commands (command_md5, command_number, command) select command_md5, "
        ~ md5_number('command_md5') ~ ", " ~ apply_masks('command', masks(), 'secret') ~ " from pull_commands",
        "insert into headroom_staging.pulled_commands (command_md5, command_number, command) select known.command_md5, "
        ~ md5_number('known.command_md5') ~ ", null from pull_known_commands as known left join pull_commands as found"
        ~ " on known.command_md5 = found.command_md5 where found.command_md5 is null",
        "update headroom_operations.pulls set lost_commands = (select count(*) from headroom_staging.pulled_commands"
        ~ " where command is null) where pull_number = " ~ scope.number,
        "drop table pull_commands",
        "drop table pull_known_commands",
    ]) }}
{%- endmacro %}
