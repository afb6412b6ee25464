"""Put a fleet into the warehouse: all of it or nothing, and only over one of our own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import pyarrow as pa

from headroom.errors import NotOursError
from headroom.fleet import schema
from headroom.settings import Settings
from headroom.warehouse import PostgresWarehouse, Warehouse

# Puts a table's rows into the empty table of this name.
Fill = Callable[[Warehouse, str], None]

_INCOMING = "__incoming"
_DUCKDB_MEMORY = "1500MB"
_BATCHES_A_TRANSACTION = 5
_NAMES = {
    "duckdb": "select table_name from information_schema.tables where table_schema = '{}'",
    # Whatever has a name keeps a table from having it: an index, a sequence or a type too.
    "postgres": (
        "select relname from pg_class where relnamespace = "
        "(select oid from pg_namespace where nspname = '{}')"
    ),
}
_COMMENTS = {
    "duckdb": "select table_name, comment from duckdb_tables() where schema_name = '{}'",
    "postgres": (
        "select relname, obj_description(oid, 'pg_class') from pg_class "
        "where relkind in ('r', 'p') and relnamespace = "
        "(select oid from pg_namespace where nspname = '{}')"
    ),
}


def is_marked(
    warehouse: Warehouse, settings: Settings, markers: tuple[str, ...] = (schema.MARKER,)
) -> bool:
    """Say whether all raw tables in the source's schema are the reference fleet's, or another's."""
    comments = _comments(warehouse, settings)
    return all(comments.get(table) in markers for table in schema.TABLES)


def _comments(warehouse: Warehouse, settings: Settings) -> dict[str, str | None]:
    query = _COMMENTS[settings.target].format(settings.source_schema)
    return dict(warehouse.query(query).rows)


def refuse_what_is_not_ours(warehouse: Warehouse, settings: Settings) -> set[str]:
    """Give the names of our own tables; raise NotOursError where another stands in their place."""
    place = settings.source_schema
    present = warehouse.query(_NAMES[settings.target].format(place)).rows
    comments = _comments(warehouse, settings)
    ours = set()
    for (name,) in present:
        if name.removesuffix(_INCOMING) not in schema.TABLES:
            continue
        if comments.get(name) not in schema.MARKERS:
            raise NotOursError(
                f'table "{name}" in schema "{place}" was not made by `headroom fleet`',
                "set HEADROOM_SOURCE_SCHEMA to another schema, or move the table away yourself",
            )
        ours.add(name)
    return ours


def filled_with(batches: Iterable[pa.RecordBatch]) -> Fill:
    """Load batches, some of them at a time: one transaction would hold all of them in memory."""

    def fill(warehouse: Warehouse, name: str) -> None:
        for some in _chunks(batches):
            warehouse.load(name, some)

    return fill


def replace_tables(
    warehouse: Warehouse,
    settings: Settings,
    tables: Mapping[str, Fill],
    marker: str = schema.MARKER,
) -> None:
    """Write the tables; whoever reads meanwhile sees the old fleet, also if this is killed."""
    ours = refuse_what_is_not_ours(warehouse, settings)
    warehouse.execute(f'create schema if not exists "{settings.source_schema}"')
    if isinstance(warehouse, PostgresWarehouse):
        with warehouse.connection.transaction():
            _fill_in_place(warehouse, settings, tables, ours, marker)
    else:
        _fill_and_swap(warehouse, settings, tables, ours, marker)


def _fill_in_place(
    warehouse: Warehouse,
    settings: Settings,
    tables: Mapping[str, Fill],
    ours: set[str],
    marker: str,
) -> None:
    """Refill tables rather than drop them: views of the dbt project stand on them."""
    place = settings.source_schema
    for table, fill in tables.items():
        if table in ours:
            statements = [
                f'truncate "{place}"."{table}"', *schema.drop_indexes(place, table)
            ]  # fmt: skip
        else:
            statements = [schema.create_table("postgres", place, table, table)]
        warehouse.execute(";\n".join(statements))
        fill(warehouse, f'"{place}"."{table}"')
        made = [*schema.create_indexes(place, table), schema.mark_table(place, table, marker)]
        warehouse.execute(";\n".join(made))
        warehouse.execute(f'analyze "{place}"."{table}"')


def _fill_and_swap(
    warehouse: Warehouse,
    settings: Settings,
    tables: Mapping[str, Fill],
    ours: set[str],
    marker: str,
) -> None:
    """Fill new tables beside the old ones, then exchange all in one transaction."""
    place = settings.source_schema
    # Without a limit DuckDB keeps most of a large fleet in memory.
    warehouse.execute(f"set memory_limit = '{_DUCKDB_MEMORY}'")
    swaps = []
    for table, fill in tables.items():
        incoming = f"{table}{_INCOMING}"
        if incoming in ours:  # left by a process that was killed
            warehouse.execute(f'drop table "{place}"."{incoming}"')
        warehouse.execute(schema.create_table("duckdb", place, table, incoming))
        fill(warehouse, f'"{place}"."{incoming}"')
        if table in ours:
            swaps.append(f'drop table "{place}"."{table}"')
        swaps.append(f'alter table "{place}"."{incoming}" rename to "{table}"')
        swaps.append(schema.mark_table(place, table, marker))
    warehouse.execute(";\n".join(swaps))


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    stream = iter(batches)
    while chunk := list(islice(stream, _BATCHES_A_TRANSACTION)):
        yield chunk
