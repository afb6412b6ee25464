"""Load performance logs: DuckDB parses blocks of lines, `lines` the odd ones; then all lands."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from headroom.errors import UsageError
from headroom.hooks.blocks import Block, BrokenLine, read_blocks
from headroom.hooks.contract import landed_tables
from headroom.hooks.inputs import UNREADABLE, Source, find_sources, open_source, why_unreadable
from headroom.hooks.landing import DuckDBLanding, Landing, arrow_rows, landing
from headroom.hooks.perf_logs.fast import BLOCKS, PARSED, parse_lines, parsed_table
from headroom.hooks.perf_logs.lines import (
    PAYLOADS,
    TIMINGS,
    WARNINGS,
    BadLineError,
    parse_line,
)
from headroom.hooks.rejects import Reject
from headroom.hooks.report import LoadReport
from headroom.hooks.seed_csv import seed_folder
from headroom.settings import Settings

HOOK = "perf-logs"
UNLABELLED = "unlabelled"
EXPERIMENTS = ("A", "B")
MAX_LABEL = 200
REJECTS = "landed_rejects"
# Merged at a time: enough for a fast merge, little enough to stay in memory.
CHUNK_LINES = 1_000_000
ODD_LINES = 20_000
MEMORY_LIMIT = "450MB"
LINES = pa.schema([("line", pa.string()), ("ordinal", pa.int64())])
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Options:
    """What the logs belong to, and how to load.

    `strict`: nothing, if anything is rejected. `csv_folder`: into its seed CSVs, not the warehouse.
    """

    calibration: str = UNLABELLED
    experiment: str | None = None
    strict: bool = False
    csv_folder: Path | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for labels that mean nothing."""
        label = self.calibration
        if not label.strip() or len(label) > MAX_LABEL or not label.isprintable():
            raise UsageError(
                f"--calibration {label[:50]!r} is no label", f"give 1 to {MAX_LABEL} characters"
            )
        if self.experiment is not None and self.experiment not in EXPERIMENTS:
            raise UsageError(f"there is no experiment {self.experiment!r}", "give A or B")
        if self.experiment is not None and label == UNLABELLED:
            raise UsageError("--experiment is part of a label", "give --calibration too")


def load_perf_logs(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_progress: Progress | None = None,
) -> LoadReport:
    """Read logs and merge what is right into the landed tables, or into the CSVs of a folder.

    A source that cannot be read is reported, the others are loaded. Raises InputRejectedError, with
    nothing landed, where `strict` is set and anything was rejected.
    """
    stream = LineStream(find_sources(list(paths)), LoadReport(), on_progress)
    report = stream.report
    tables = [landed_tables()[name] for name in (TIMINGS, PAYLOADS, WARNINGS, REJECTS)]
    with ExitStack() as stack:
        if options.csv_folder:
            settings = stack.enter_context(seed_folder(options.csv_folder, tables))
        opened = stack.enter_context(landing(settings, tables))
        connection = _parser(stack, opened)
        load = _Load(options, stream, opened, connection)
        while not stream.is_at_end:
            load.next_chunk()
        other = report.lines - report.parsed - sum(report.rejected.values())
        if other:
            report.skipped["line without a timing, a payload or a warning"] = other
        if options.strict:
            report.require_clean()
        report.landed = opened.merge()
    return report


def _parser(stack: ExitStack, opened: Landing) -> duckdb.DuckDBPyConnection:
    """Give the DuckDB connection that parses: the one that lands, or one in memory."""
    if isinstance(opened, DuckDBLanding):
        connection = opened.connection
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="headroom-lines-"))
        connection = stack.enter_context(duckdb.connect())
        connection.execute("set temp_directory = ?", [folder])
        connection.execute("set timezone = 'UTC'")
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("set preserve_insertion_order = false")
    # Half of the time of writing goes into trying it; keys are digests, which it cannot shorten.
    connection.execute("set disabled_compression_methods = 'fsst'")
    return connection


@dataclass
class LineStream:
    """The lines of all sources one after the other, each with its place among all of them."""

    sources: Sequence[Source]
    report: LoadReport
    on_progress: Progress | None = None
    is_at_end: bool = False
    broken: list[tuple[str, BrokenLine]] = field(default_factory=list)
    _begins: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out how much there is to read."""
        self._batches = self._read()
        sizes = [_size(source) for source in self.sources]
        self._total = sum(size for size in sizes if size) if all(sizes) else None

    def chunk(self) -> Iterator[pa.RecordBatch]:
        """Give batches of lines until about CHUNK_LINES were read, or all."""
        end = self.report.lines + CHUNK_LINES
        for batch in self._batches:
            yield batch
            if self.report.lines >= end:
                return
        self.is_at_end = True

    def where(self, ordinal: int) -> str:
        """Name the source and the line of a place."""
        begin, name = next(found for found in reversed(self._begins) if found[0] < ordinal)
        return f"{name}:{ordinal - begin}"

    def _read(self) -> Iterator[pa.RecordBatch]:
        done = 0
        for source in self.sources:
            self.report.sources += 1
            before = self.report.lines
            self._begins.append((before, source.name))
            block: Block | None = None
            try:
                with open_source(source) as stream:
                    for block in read_blocks(source, stream):
                        self.report.lines += block.lines
                        self.broken += [(source.name, line) for line in block.broken]
                        ordinals = pc.add(block.numbers, before)
                        yield pa.record_batch([block.texts, ordinals], schema=LINES)
                        if self.on_progress:
                            self.on_progress(source.name, done + block.read, self._total)
            except UNREADABLE as error:
                self.report.unreadable.append(f"{source.name}: {why_unreadable(error)}")
            done += block.read if block else 0


def _size(source: Source) -> int | None:
    """Give a file's size where it says how much will be read: not for a pipe, nor for gzip."""
    try:
        if source.path is None or source.path.suffix.lower() == ".gz":
            return None
        return source.path.stat().st_size
    except OSError:
        return None


@dataclass
class _Load:
    """One load at work: a chunk of lines at a time is parsed and handed to the landing."""

    options: Options
    stream: LineStream
    landing: Landing
    connection: duckdb.DuckDBPyConnection

    def next_chunk(self) -> None:
        """Parse and hand over the lines of the next chunk."""
        table = landed_tables()[TIMINGS]
        self.connection.execute(parsed_table(table))
        reader = pa.RecordBatchReader.from_batches(LINES, self.stream.chunk())
        self.connection.register(BLOCKS, reader)
        labels = [self.options.calibration, self.options.experiment]
        self.connection.execute(parse_lines(), labels)
        self.connection.unregister(BLOCKS)
        self._take_odd_lines()
        columns = ", ".join(table.columns)
        rows = f"(select {columns} from {PARSED} where raw is null) as parsed"
        found = self.connection.execute(f"select count(*) from {rows}").fetchone()
        self.stream.report.parsed += found[0] if found else 0
        self.landing.take(table, self.connection, rows)

    def _take_odd_lines(self) -> None:
        """Read what the bulk reader left, line by line; reject what was no text from the start."""
        self._reject_broken()
        odd = self.connection.execute(
            f"select ordinal, raw from {PARSED} where raw is not null order by ordinal"
        ).to_arrow_table()
        for batch in odd.to_batches(max_chunksize=ODD_LINES):
            rows: dict[str, list[dict[str, Any]]] = {
                name: [] for name in (TIMINGS, PAYLOADS, WARNINGS)
            }
            rejects = []
            for line in batch.to_pylist():
                try:
                    parsed = parse_line(line["raw"])
                except BadLineError as error:
                    rejects.append(self._reject(line, str(error)))
                    continue
                if parsed:
                    rows[parsed.table].append({**parsed.row, **self._labels()})
            self._hand_over(rows)
            self._stage_rejects(rejects)

    def _labels(self) -> dict[str, str | None]:
        return {"calibration": self.options.calibration, "experiment": self.options.experiment}

    def _hand_over(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        for name, found in rows.items():
            table = landed_tables()[name]
            if name != TIMINGS:
                self.landing.stage(table, arrow_rows(table, found))
                self.stream.report.parsed += len(found)
                continue
            for batch in arrow_rows(table, found):
                self.connection.register("odd_timings", pa.Table.from_batches([batch]))
                self.connection.execute(f"insert into {PARSED} by name from odd_timings")
                self.connection.unregister("odd_timings")

    def _reject(self, line: dict[str, Any], reason: str) -> Reject:
        where = self.stream.where(line["ordinal"])
        self.stream.report.reject(reason, where)
        return Reject(HOOK, None, reason, line["raw"], where)

    def _reject_broken(self) -> None:
        """Count all lines that are no text; keep one of each kind and source, and all of ours."""
        kept: dict[tuple[str, str], Reject] = {}
        ours = []
        for name, line in self.stream.broken:
            where = f"{name}:{line.number}"
            self.stream.report.reject(line.reason, where)
            reject = Reject(HOOK, None, line.reason, line.text, where)
            if "_TIMING:" in line.text:
                ours.append(reject)
            else:
                kept.setdefault((name, line.reason), reject)
        self.stream.broken.clear()
        self._stage_rejects([*ours, *kept.values()])

    def _stage_rejects(self, rejects: Sequence[Reject]) -> None:
        table = landed_tables()[REJECTS]
        self.landing.stage(table, arrow_rows(table, [reject.row() for reject in rejects]))
