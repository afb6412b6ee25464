"""Whether the server that holds `task` can find the rows of a pull by an index."""

from headroom.warehouse import Warehouse

# What each pull asks for: the latest runs and a slice of older ones; runs that are not where they
# were.
NEEDED = ("queued_at", "run_id")
# One row for each index, and one for a table without any; no row for a view.
_FIRST_COLUMNS = """
    select attribute.attname
    from pg_catalog.pg_class as class
    inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
    left join pg_catalog.pg_index as indexed
        on class.oid = indexed.indrelid and indexed.indisvalid and indexed.indpred is null
    left join pg_catalog.pg_attribute as attribute
        on class.oid = attribute.attrelid and attribute.attnum = indexed.indkey[0]
    where
        namespace.nspname = '{source_schema}'
        and class.relname = 'task'
        and class.relkind in ('r', 'p')
"""


def lacking_indexes(source: Warehouse, source_schema: str) -> list[str]:
    """Name the columns of `task` by which PostgreSQL finds no row; none on DuckDB, or of a view."""
    if source.engine != "postgres":
        return []
    rows = source.query(_FIRST_COLUMNS.format(source_schema=source_schema)).rows
    found = {column for (column,) in rows}
    return [column for column in NEEDED if rows and column not in found]
