"""What loads share that fit into memory: sources are read one by one, then all is landed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import pyarrow as pa

from headroom.hooks.contract import LandedTable
from headroom.hooks.inputs import UNREADABLE, Source, open_source, why_unreadable
from headroom.hooks.landing import Batches, land
from headroom.hooks.rejects import address
from headroom.hooks.report import LoadReport
from headroom.hooks.seed_csv import write_seeds
from headroom.settings import Settings

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """How to load. `strict`: nothing, if anything is rejected.

    `csv_folder`: into the seed CSVs of that folder, not into the warehouse.
    """

    strict: bool = False
    csv_folder: Path | None = None


def read_sources(
    report: LoadReport,
    sources: Sequence[Source],
    read: Callable[[Source, BufferedReader], None],
    on_source: Progress | None = None,
) -> None:
    """Read each source; one that cannot be read is reported, the others are read all the same."""
    for place, source in enumerate(sources):
        if on_source:
            on_source(source.name, place, len(sources))
        report.sources += 1
        report.source = address(source)
        try:
            with open_source(source) as stream:
                read(source, stream)
        except UNREADABLE as error:
            report.unreadable.append(f"{source.name}: {why_unreadable(error)}")
        except RecursionError:
            report.unreadable.append(f"{source.name}: it is nested too deeply")


def deliver(
    settings: Settings,
    report: LoadReport,
    incoming: Mapping[LandedTable, Batches],
    options: LoadOptions,
    replaced: Mapping[LandedTable, list[pa.RecordBatch]] | None = None,
) -> None:
    """Land what was read in the warehouse, or in the CSVs of a folder, and report it.

    Raises InputRejectedError, with nothing landed, where `strict` is set and anything was rejected.
    """
    if options.strict:
        report.require_clean()
    if options.csv_folder:
        report.landed = write_seeds(options.csv_folder, incoming, replaced)
    else:
        report.landed = land(settings, incoming, replaced)
