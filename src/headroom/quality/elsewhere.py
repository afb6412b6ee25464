"""Where raw tables that are missing may be instead, and what to do about them."""

from headroom.inventory import every_relation
from headroom.quality.contract import COLUMNS
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import open_warehouse, source_of


def remedies(settings: Settings) -> dict[str, str]:
    """Give for each raw table what to do should it be missing."""
    with (
        open_warehouse(settings, read_only=True) as warehouse,
        source_of(warehouse, settings) as source,
    ):
        found = set(every_relation(source))
    return {table: remedy(table, found, settings.source_schema) for table in COLUMNS}


def remedy(table: str, found: set[tuple[str, str]], source_schema: str) -> str:
    """Say what to do about a raw table that is missing, or that this user may not read.

    `found` are the (schema, table) pairs of the database.
    Names the schemas that hold it, those with all raw tables first.
    """
    if (source_schema, table) in found:
        return (
            f"let this user read {source_schema}.{table}: "
            "grant usage on the schema and select on the table"
        )
    schemas = {schema for schema, name in found if name == table}
    complete = {schema for schema in schemas if all((schema, name) in found for name in COLUMNS)}
    if complete or schemas:
        names = sorted(complete or schemas)
        holds = " and ".join(COLUMNS) if complete else table
        if len(names) == 1:
            return (
                f"schema {names[0]} holds {holds}: set HEADROOM_SOURCE_SCHEMA={names[0]} "
                "if these are the raw tables"
            )
        return (
            f"schemas {', '.join(names)} hold {holds}: set HEADROOM_SOURCE_SCHEMA to the one "
            "with the raw tables"
        )
    if any(not _is_ours(schema) for schema, _ in found):
        return (
            "set HEADROOM_SOURCE_SCHEMA to the schema that holds it and let this user read it; "
            f"no schema of this database holds a table {table}"
        )
    return f"the database holds no tables: load yours into schema {source_schema}"


def _is_ours(schema: str) -> bool:
    return schema == MARTS_SCHEMA or schema.startswith("headroom_")
