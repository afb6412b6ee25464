{% macro create_own_tables() -%}
    {#- on-run-start: the tables that the pull and the parts need, as their sources declare them; and of
        tables that an earlier version made, the columns that they lack. No build is complete from here on. -#}
    {%- set known, tables = [], [] -%}
    {%- if execute -%}
        {%- for row in headroom.rows_of(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
            ~ " where table_catalog = current_database() and table_schema in ('headroom_staging', 'headroom_operations')"
        ) -%}
            {%- do tables.append(row[0]) -%}
            {%- do known.append(row[0] ~ '.' ~ row[1]) -%}
        {%- endfor -%}
    {%- endif %}
    create schema if not exists headroom_staging;
    create schema if not exists headroom_operations;
    {%- for table in (graph.sources if execute else {}).values() if table.source_name in ('pulled', 'operations') %}
        {%- set name = table.schema ~ '.' ~ table.identifier %}
        create table if not exists {{ name }} (
            {%- for column in table.columns.values() %}
                {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
            {%- endfor %}
        );
        {%- for column in table.columns.values()
            if name in tables and (name ~ '.' ~ column.name) not in known %}
            alter table {{ name }} add column {{ column.name }} {{ column.data_type }};
        {%- endfor %}
    {%- endfor %}
    {{- headroom.adopt_older_parts(known) }}
    {%- if 'headroom_staging.pulled_commands' in tables and 'headroom_staging.pulled_commands.command_number' not in known %}
        update headroom_staging.pulled_commands set command_number = {{ md5_number('command_md5') }};
    {%- endif %}
    {%- if 'headroom_staging.pulled_days' in tables and 'headroom_staging.pulled_days.last_left_at' not in known %}
        update headroom_staging.pulled_days as days
        set last_left_at = (
            select {{ headroom.last_left_at() }}
            from headroom_staging.base_flotilla__task_pulled as runs
            where runs.queued_day = days.queued_day
        );
    {%- endif %}
    {{ create_row_store_index('headroom_staging', 'pulled_commands', 'command_number') }}
    delete from headroom_operations.complete_builds;
{%- endmacro %}
