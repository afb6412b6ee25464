"""Landed rows as seed CSVs, for people who then run `dbt seed`.

dbt's reader takes an empty cell and the word null for NULL, and makes a line feed of a carriage
return. A spreadsheet runs a cell that begins like a formula. Text that would not survive, or would
be run, is escaped with a backslash in front: see the macro `landed_value`, which undoes it.
"""

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import LandedTable
from headroom.landed.landing import Batches, Landed, land
from headroom.reading.inputs import why_unreadable
from headroom.settings import Settings

# Cells are no longer than what dbt's reader of CSV takes.
MAX_CELL = 100_000
BATCH_ROWS = 50_000
# What spreadsheets take for the beginning of a formula, also in the wide form of East Asia.
FORMULA = re.compile("\\s*[-=+@\uff0d\uff1d\uff0b\uff20]|[\t\r\n]")


def escape(value: str | None) -> str:
    """Give the cell that stands for a text, or for NULL."""
    if value is None:
        return ""
    is_null = value.strip().lower() in ("", "null")
    if is_null or value.startswith("\\") or "\r" in value or FORMULA.match(value):
        return "\\" + value.replace("~", "~t").replace("\r", "~r")
    return value


def unescape(cell: str) -> str | None:
    """Give the text that a cell stands for, or None for NULL."""
    if cell.startswith("\\"):
        return cell[1:].replace("~r", "\r").replace("~t", "~")
    return None if cell.strip().lower() in ("", "null") else cell


def write_seeds(
    folder: Path,
    incoming: Mapping[LandedTable, Batches],
    replaced: Mapping[LandedTable, list[pa.RecordBatch]] | None = None,
) -> list[Landed]:
    """Merge batches by key into the CSVs of a folder; `replaced` is that of `land`."""
    with seed_folder(folder, list(incoming)) as settings:
        return land(settings, incoming, replaced)


@contextmanager
def seed_folder(folder: Path, tables: Sequence[LandedTable]) -> Iterator[Settings]:
    """Give a scratch warehouse that holds the CSVs of a folder; write it back if nothing is raised.

    Each CSV is replaced as a whole, sorted by key. Raises UsageError for a folder that cannot be
    written, and InputRejectedError, with nothing changed, for a CSV that Headroom did not write.
    """
    with _usable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="headroom-csv-") as scratch:
        settings = Settings("duckdb", Path(scratch) / "landed.duckdb", "none")
        for table in tables:
            path = folder / f"{table.name}.csv"
            with _usable(folder), _readable(path):
                land(settings, {table: _read(path, table)})
        yield settings
        with _usable(folder):
            for table in tables:
                _write(folder / f"{table.name}.csv", settings, table)


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be used for seeds: {why_unreadable(error)}",
            "give --csv a folder that you may write to",
        ) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (UnicodeDecodeError, csv.Error, duckdb.Error) as error:
        said = str(error).splitlines()[0]
        raise InputRejectedError(
            f"{path} is not a seed that `headroom load --csv` wrote: {said}",
            "fix it, or put it elsewhere; nothing was changed",
        ) from None


def _read(path: Path, table: LandedTable) -> Iterator[pa.RecordBatch]:
    """Give the rows as text: DuckDB casts them to the types of the staging table."""
    if not path.exists():
        return
    schema = pa.schema([(name, pa.string()) for name in table.columns])
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        while rows := list(islice(reader, BATCH_ROWS)):
            cells = [
                {name: unescape(row.get(name) or "") for name in table.columns} for row in rows
            ]
            yield from pa.Table.from_pylist(cells, schema).to_batches()


def _write(path: Path, settings: Settings, table: LandedTable) -> None:
    """Write beside the file, then put it in its place: a reader sees the old one or the new one."""
    cells = ", ".join(f"cast({name} as text)" for name in table.columns)
    texts = [kind == "text" for kind in table.columns.values()]

    def cells_of(row: Sequence[str | None]) -> list[str]:
        # A negative number is not a formula.
        return [
            escape(cell) if is_text else cell or ""
            for cell, is_text in zip(row, texts, strict=True)
        ]

    with (
        duckdb.connect(str(settings.duckdb_path), read_only=True) as connection,
        tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file,
    ):
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(
            f"select {cells} from {table.relation} order by {', '.join(table.key)}"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        while rows := found.fetchmany(BATCH_ROWS):
            writer.writerows(map(cells_of, rows))
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
