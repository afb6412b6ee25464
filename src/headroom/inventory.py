"""What the warehouse holds of the sources of every domain: few queries, none reads a run."""

import duckdb
import psycopg

from headroom.domains import DOMAINS, RAW_TABLES, SOURCES_READ, Inventory, decide
from headroom.errors import WarehouseUnavailableError
from headroom.landed.contract import LANDED_SCHEMA, landed_tables
from headroom.settings import MARTS_SCHEMA, Settings, Target
from headroom.warehouse import Warehouse, open_warehouse, source_of

# Every table and view, also those that this user may not read, and whether it may read a column.
RELATIONS: dict[Target, str] = {
    "duckdb": """
        select lower(table_schema), lower(table_name), true
        from information_schema.tables
        where table_catalog = current_database()
    """,
    "postgres": """
        select
            spaces.nspname,
            tables.relname,
            has_schema_privilege(spaces.oid, 'usage')
            and has_any_column_privilege(tables.oid, 'select')
        from pg_class as tables
        inner join pg_namespace as spaces on tables.relnamespace = spaces.oid
        where
            tables.relkind in ('r', 'p', 'v', 'm', 'f')
            and not spaces.nspname like 'pg\\_%'
            and spaces.nspname <> 'information_schema'
    """,
}
Relations = dict[tuple[str, str], bool]


def read_inventory(warehouse: Warehouse, settings: Settings) -> Inventory:
    """Look for the sources of every domain.

    Raises WarehouseUnavailableError where Headroom's own tables may not be read, and where the
    server that holds Flotilla's does not answer.
    """
    try:
        relations = every_relation(warehouse)
        with source_of(warehouse, settings) as source:
            raw_relations = every_relation(source)
        schema = settings.source_schema
        raw = [table for table in RAW_TABLES if (schema, table) in raw_relations]
        return Inventory(
            raw=frozenset(raw),
            unreadable=frozenset(table for table in raw if not raw_relations[schema, table]),
            elsewhere=_elsewhere(raw_relations, schema),
            landed=_landed(warehouse, relations),
            read_before=_read_before(warehouse, relations),
        )
    except (duckdb.Error, psycopg.Error) as error:
        raise WarehouseUnavailableError(
            f"Headroom's own tables cannot be read: {str(error).splitlines()[0]}",
            "build, report and doctor run as the user that owns them (deploy/README.md)",
        ) from error


def require_marts(settings: Settings, domain: str) -> None:
    """Raise WarehouseUnavailableError where a domain has no marts, and say what brings them."""
    mart = DOMAINS[domain].mart
    with open_warehouse(settings, read_only=True) as warehouse:
        is_built = (MARTS_SCHEMA, mart) in every_relation(warehouse)
        if is_built and warehouse.scalar(f"select exists (select 1 from {MARTS_SCHEMA}.{mart})"):
            return
        lack = decide(read_inventory(warehouse, settings), settings).lack_of(domain)
    if lack:
        message = f"the domain {domain} has no data here: {lack.what}"
        raise WarehouseUnavailableError(message, lack.remedy)
    if not is_built:
        raise WarehouseUnavailableError(
            f"there are no marts of {domain} yet", "run `headroom build`"
        )


def built_domains(warehouse: Warehouse) -> set[str]:
    """Name the domains that have marts."""
    relations = every_relation(warehouse)
    return {name for name, domain in DOMAINS.items() if (MARTS_SCHEMA, domain.mart) in relations}


def every_relation(warehouse: Warehouse) -> Relations:
    """Give every table and view by schema and name, and whether this user may read it."""
    rows = warehouse.query(RELATIONS[warehouse.engine]).rows
    return {(schema, name): is_readable for schema, name, is_readable in rows}


def _elsewhere(relations: Relations, source_schema: str) -> tuple[str, ...]:
    """Name other schemas that hold all raw tables; one alone can be anyone's `task`."""
    schemas = {schema for schema, _ in relations} - {source_schema}
    found = [
        schema for schema in schemas if all((schema, table) in relations for table in RAW_TABLES)
    ]
    return tuple(sorted(found))


def _landed(warehouse: Warehouse, relations: Relations) -> dict[str, bool]:
    there = [name for name in landed_tables() if (LANDED_SCHEMA, name) in relations]
    if not there:
        return {}
    questions = [
        f"select '{name}', exists (select 1 from {LANDED_SCHEMA}.{name})" for name in there
    ]
    return dict(warehouse.query(" union all ".join(questions)).rows)


def _read_before(warehouse: Warehouse, relations: Relations) -> frozenset[str]:
    schema, _, table = SOURCES_READ.partition(".")
    if (schema, table) in relations:
        rows = warehouse.query(f"select source_name from {SOURCES_READ}").rows
        return frozenset(name for (name,) in rows)
    # Marts of a version that did not remember it were read from Flotilla.
    is_old = (MARTS_SCHEMA, DOMAINS["flotilla"].mart) in relations
    return frozenset(RAW_TABLES if is_old else ())
