"""What loads share that read source by source, and land all at the end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import pyarrow as pa

from headroom.landed.contract import LandedTable
from headroom.landed.landing import Batches, Landing
from headroom.landed.landing import landing as open_landing
from headroom.landed.rejects import address
from headroom.landed.seed_csv import seed_folder
from headroom.loads.tally import Tally
from headroom.reading.inputs import UNREADABLE, Source, open_source, why_unreadable
from headroom.settings import Settings

# What reads and what sorts share a gigabyte.
MEMORY_LIMIT = "200MB"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """How to load. `strict`: nothing, if anything is rejected.

    `csv_folder`: into the seed CSVs of that folder, not into the warehouse.
    """

    strict: bool = False
    csv_folder: Path | None = None


def read_sources(
    tally: Tally,
    sources: Sequence[Source],
    read: Callable[[Source, BufferedReader], None],
    on_source: Progress | None = None,
) -> None:
    """Read each source; one that cannot be read is reported, the others are read all the same."""
    for place, source in enumerate(sources):
        if on_source:
            on_source(source.name, place, len(sources))
        tally.sources += 1
        tally.source = address(source)
        try:
            with open_source(source) as stream:
                read(source, stream)
        except UNREADABLE as error:
            tally.unreadable.append(f"{source.name}: {why_unreadable(error)}")
        except RecursionError:
            tally.unreadable.append(f"{source.name}: it is nested too deeply")


class Delivery:
    """The way of rows into the warehouse, or into the CSVs of a folder; opened when it is needed.

    What does not fit into memory is staged before all is read: it stays only if nothing is raised.
    """

    def __init__(
        self,
        settings: Settings,
        options: LoadOptions,
        tables: Sequence[LandedTable],
        stack: ExitStack,
    ) -> None:
        """Keep where to deliver; `stack` closes it."""
        self._settings, self._options, self._tables = settings, options, tables
        self._stack = stack
        self._landing: Landing | None = None

    def stage(self, table: LandedTable, batches: Batches) -> None:
        """Put rows aside, out of memory."""
        landing = self._open()
        landing.reader.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        landing.stage(table, batches)

    def take(self, table: LandedTable, batches: Batches) -> None:
        """Land rows of which each has another key, at once where the table is empty."""
        landing = self._open()
        landing.reader.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        # Which of them is first says nothing, and to keep it costs a fifth of the work.
        landing.reader.execute("set preserve_insertion_order = false")
        rows = pa.RecordBatchReader.from_batches(table.arrow_schema, batches)
        landing.reader.register("rows_to_take", rows)
        landing.take(table, "select * from rows_to_take")
        landing.reader.unregister("rows_to_take")
        landing.reader.execute("reset preserve_insertion_order")

    def finish(
        self,
        tally: Tally,
        incoming: Mapping[LandedTable, Batches],
        replaced: Mapping[LandedTable, list[pa.RecordBatch]] | None = None,
    ) -> None:
        """Land what was staged and what is incoming, and report it; see `deliver`."""
        if self._options.strict:
            tally.require_clean()
        landing = self._open()
        for table, batches in incoming.items():
            landing.stage(table, batches)
        for table, batches in (replaced or {}).items():
            landing.replace(table, batches)
        tally.landed = landing.merge()

    def _open(self) -> Landing:
        if self._landing is None:
            settings, folder = self._settings, self._options.csv_folder
            if folder:
                settings = self._stack.enter_context(seed_folder(folder, self._tables))
            self._landing = self._stack.enter_context(open_landing(settings, self._tables))
            # The command shows its own bar.
            self._landing.reader.execute("set enable_progress_bar = false")
        return self._landing


@contextmanager
def delivery(
    settings: Settings, options: LoadOptions, tables: Sequence[LandedTable]
) -> Iterator[Delivery]:
    """Open the way of rows into some tables for as long as a load reads."""
    with ExitStack() as stack:
        yield Delivery(settings, options, tables, stack)


def deliver(
    settings: Settings,
    tally: Tally,
    incoming: Mapping[LandedTable, Batches],
    options: LoadOptions,
) -> None:
    """Land what was read in the warehouse, or in the CSVs of a folder, and report it.

    Raises InputRejectedError, with nothing landed, where `strict` is set and anything was rejected.
    """
    with delivery(settings, options, list(incoming)) as way:
        way.finish(tally, incoming)
