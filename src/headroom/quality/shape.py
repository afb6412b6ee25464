"""The shape of the raw tables as the engine's catalogue tells it: few rows, one query for both."""

from headroom.quality.contract import COLUMNS
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

MISSING = "missing"
PRESENT = "present"
# An enum type of DuckDB spells out all its values; a message needs no more than its beginning.
LONGEST_TYPE_NAME = 60

CATALOGUE_QUERY = """
select
    table_name,
    column_name,
    case when data_type in ('USER-DEFINED', 'ARRAY') then udt_name else data_type end as data_type
from information_schema.columns
where
    table_catalog = current_database()
    and {schema} = '{source_schema}'
"""

Shape = dict[str, dict[str, str]]


def read_shape(settings: Settings) -> Shape:
    """Give column -> type of each raw table that exists, without reading a row of it.

    Raises WarehouseUnavailableError where the database cannot be opened. The connection is closed
    on return.
    """
    shape: Shape = {}
    # DuckDB ignores the case of a name, PostgreSQL does not: RUN_ID is readable in one only.
    fold = str.lower if settings.target == "duckdb" else str
    schema = "lower(table_schema)" if settings.target == "duckdb" else "table_schema"
    query = CATALOGUE_QUERY.format(schema=schema, source_schema=settings.source_schema)
    with open_warehouse(settings, read_only=True) as warehouse:
        for table, column, data_type in warehouse.query(query).rows:
            if fold(table) in COLUMNS:
                columns = shape.setdefault(fold(table), {})
                columns[fold(column)] = str(data_type).lower()[:LONGEST_TYPE_NAME]
    return shape


def shape_values(shape: Shape) -> dict[str, str]:
    """Lay the shape out as one row: `task` -> present, `task.run_id` -> its type.

    What is absent gets a value as well, because Great Expectations passes over NULL.
    """
    values = {}
    for table, columns in COLUMNS.items():
        values[table] = PRESENT if table in shape else MISSING
        for column in columns:
            values[f"{table}.{column}"] = shape.get(table, {}).get(column, MISSING)
    return values
