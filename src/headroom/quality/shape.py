"""The shape of the raw tables as the engine's catalogue tells it: few rows, one query for both."""

from headroom.quality.contract import COLUMNS
from headroom.settings import Settings, Target
from headroom.warehouse import open_warehouse, source_of

MISSING = "missing"
PRESENT = "present"
# An enum type of DuckDB spells out all its values; a message needs no more than its beginning.
LONGEST_TYPE_NAME = 60

UNREADABLE = "not readable by this user"

# DuckDB ignores the case of a name, PostgreSQL does not: RUN_ID is readable in one only.
CATALOGUE_QUERIES: dict[Target, str] = {
    "duckdb": """
        select lower(table_name), lower(column_name), lower(data_type), true
        from information_schema.columns
        where table_catalog = current_database() and lower(table_schema) = '{source_schema}'
    """,
    # Not information_schema: it leaves out materialized views, and what this user may not read.
    "postgres": """
        select
            class.relname,
            attribute.attname,
            format_type(coalesce(nullif(type.typbasetype, 0), type.oid), null),
            has_schema_privilege(namespace.oid, 'usage')
            and has_column_privilege(class.oid, attribute.attnum, 'select')
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
        inner join pg_catalog.pg_attribute as attribute on class.oid = attribute.attrelid
        inner join pg_catalog.pg_type as type on attribute.atttypid = type.oid
        where
            namespace.nspname = '{source_schema}'
            and class.relkind in ('r', 'p', 'v', 'm', 'f')
            and attribute.attnum > 0
            and not attribute.attisdropped
    """,
}

Shape = dict[str, dict[str, str]]


def read_shape(settings: Settings) -> Shape:
    """Give column -> type of each raw table that exists, without reading a row of it.

    Raises WarehouseUnavailableError where the database cannot be opened. The connection is closed
    on return.
    """
    shape: Shape = {}
    with (
        open_warehouse(settings, read_only=True) as warehouse,
        source_of(warehouse, settings) as source,
    ):
        query = CATALOGUE_QUERIES[source.engine].format(source_schema=settings.source_schema)
        for table, column, data_type, is_readable in source.query(query).rows:
            if table in COLUMNS:
                kind = str(data_type)[:LONGEST_TYPE_NAME] if is_readable else UNREADABLE
                shape.setdefault(table, {})[column] = kind
    return shape


def is_readable(shape: Shape, table: str) -> bool:
    """Tell whether a raw table exists and this user may read a column of it."""
    return set(shape.get(table, {}).values()) not in (set(), {UNREADABLE})


def shape_values(shape: Shape) -> dict[str, str]:
    """Lay the shape out as one row: `task` -> present, `task.run_id` -> its type.

    What is absent gets a value as well, because Great Expectations passes over NULL.
    """
    values = {}
    for table, columns in COLUMNS.items():
        values[table] = PRESENT if is_readable(shape, table) else MISSING
        if table in shape and not is_readable(shape, table):
            values[table] = UNREADABLE
        for column in columns:
            values[f"{table}.{column}"] = shape.get(table, {}).get(column, MISSING)
    return values
