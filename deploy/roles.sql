-- Roles for Headroom on PostgreSQL 16 or newer, with no more than each needs.
--
--   reader   may read the columns of `task` and `task_def` that staging reads; never `env`
--   builder  is a reader, and owns Headroom's schemas: `headroom build` runs as this role
--   bi       may read the marts, those of today and those that later builds make
--
-- Run it in the database that holds the source, after the source tables exist and before the first
-- build, as a superuser, or as a role with CREATEROLE that owns the database and the source tables.
-- Running it again changes nothing; after an upgrade it brings the grants up to date.
-- The roles get no password here: set one with \password, or use another way to log in.
do $roles$
declare
    -- Change these names to your own.
    reader constant text := 'headroom_reader';
    builder constant text := 'headroom_builder';
    bi constant text := 'headroom_bi';
    source_schema constant text := 'flotilla';
    -- True in the database that a DuckDB warehouse only reads (HEADROOM_SOURCE_DSN).
    reader_only constant boolean := false;

    -- The columns that models/staging/flotilla/_flotilla__sources.yml lists; a test compares them.
    task_columns constant text[] := array[
        'run_id', 'definition_id', 'alias', 'image', 'cluster_name', 'exit_code', 'exit_reason',
        'status', 'queued_at', 'started_at', 'finished_at', 'instance_dns_name', 'group_name',
        'user', 'command', 'command_hash', 'memory', 'cpu', 'gpu', 'node_lifecycle', 'engine',
        'pod_name', 'pod_events', 'max_memory_used', 'memory_limit', 'attempt_count', 'active_deadline_seconds',
        'description', 'tier'
    ];
    task_def_columns constant text[] := array[
        'definition_id', 'alias', 'image', 'group_name', 'memory', 'cpu', 'gpu',
        'adaptive_resource_allocation'
    ];
    own_schemas constant text[] := array[
        'headroom_staging', 'headroom_intermediate', 'headroom_reference', 'headroom_snapshots',
        'headroom_landed', 'headroom_operations', 'marts'
    ];

    granted record;
    own_schema text;
begin
    -- Only a superuser may give a schema to a role without being a member of it.
    perform set_config('createrole_self_grant', 'set, inherit', true);
    if not exists (select from pg_roles where rolname = reader) then
        execute format('create role %I nologin', reader);
    end if;

    -- The source: columns, not tables, so that a new column is closed until it is asked for.
    execute format('revoke all on all tables in schema %I from %I', source_schema, reader);
    execute format('grant usage on schema %I to %I', source_schema, reader);
    for granted in
        select *
        from (values ('task', task_columns), ('task_def', task_def_columns)) as t (name, names)
    loop
        execute format(
            'grant select (%s) on %I.%I to %I',
            (select string_agg(format('%I', name), ', ') from unnest(granted.names) as name),
            source_schema, granted.name, reader
        );
    end loop;
    if reader_only then
        return;
    end if;

    -- The builder: CREATE lets dbt make a schema that a later version adds, TEMPORARY is what
    -- incremental models stage their rows in.
    if not exists (select from pg_roles where rolname = builder) then
        execute format('create role %I login', builder);
    end if;
    execute format('grant %I to %I', reader, builder);
    execute format('grant connect, create, temporary on database %I to %I', current_database(), builder);
    foreach own_schema in array own_schemas loop
        if not exists (select from pg_namespace where nspname = own_schema) then
            execute format('create schema %I authorization %I', own_schema, builder);
        end if;
    end loop;

    -- The marts: a build can make a table again, so the default privileges count as well.
    if not exists (select from pg_roles where rolname = bi) then
        execute format('create role %I login', bi);
    end if;
    execute format('grant connect on database %I to %I', current_database(), bi);
    execute format('grant usage on schema marts to %I', bi);
    execute format('grant select on all tables in schema marts to %I', bi);
    execute format(
        'alter default privileges for role %I in schema marts grant select on tables to %I', builder, bi
    );
end
$roles$;
