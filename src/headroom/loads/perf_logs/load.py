"""Load performance logs: `fast` reads blocks of lines, `lines` the odd ones; then all lands."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headroom.errors import UsageError
from headroom.landed.contract import landed_tables
from headroom.landed.landing import Landing, arrow_rows, landing
from headroom.landed.masks import mask_batches, mask_names
from headroom.landed.rejects import Reject, address, reject_rows
from headroom.landed.seed_csv import seed_folder
from headroom.loads.loading import LoadOptions
from headroom.loads.perf_logs.fast import SCHEMA, read_usual, timings_of
from headroom.loads.perf_logs.lines import (
    PAYLOADS,
    TIMINGS,
    WARNINGS,
    BadLineError,
    parse_line,
)
from headroom.loads.tally import Tally
from headroom.reading.blocks import Block, BrokenLine, read_blocks
from headroom.reading.inputs import UNREADABLE, Source, find_sources, open_source, why_unreadable
from headroom.settings import Settings

HOOK = "perf-logs"
UNLABELLED = "unlabelled"
EXPERIMENTS = ("A", "B")
MAX_LABEL = 200
REJECTS = "landed_rejects"
# Compared with what is landed at a time: enough for a fast merge, little enough to stay in memory.
CHUNK_LINES = 1_000_000
# Put aside at a time.
ASIDE_LINES = 100_000
ODD_LINES = 20_000
MEMORY_LIMIT = "400MB"
BATCHES = "incoming_timings"
MASKED = ("worker", "target")
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Options(LoadOptions):
    """What the logs belong to, and how to load."""

    calibration: str = UNLABELLED
    experiment: str | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for labels that mean nothing."""
        label = self.calibration
        if not label.strip() or len(label) > MAX_LABEL or not label.isprintable():
            raise UsageError(
                f"--calibration {label[:50]!r} is not a label", f"give 1 to {MAX_LABEL} characters"
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
) -> Tally:
    """Read logs and merge what is right into the landed tables, or into the CSVs of a folder.

    A source that cannot be read is reported, the others are loaded. Raises InputRejectedError, with
    nothing landed, where `strict` is set and anything was rejected.
    """
    stream = LineStream(find_sources(list(paths)), Tally(), on_progress)
    tally = stream.tally
    tables = [landed_tables()[name] for name in (TIMINGS, PAYLOADS, WARNINGS, REJECTS)]
    with ExitStack() as stack:
        if options.csv_folder:
            settings = stack.enter_context(seed_folder(options.csv_folder, tables))
        opened = stack.enter_context(landing(settings, tables))
        # What reads the lines has to fit into memory as well.
        opened.reader.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        opened.reader.execute("set preserve_insertion_order = false")
        # The command shows its own bar.
        opened.reader.execute("set enable_progress_bar = false")
        load = _Load(options, stream, opened)
        while not stream.is_at_end:
            load.next_chunk()
        other = tally.lines - tally.parsed - sum(tally.rejected.values())
        if other:
            tally.skipped["line without a timing, a payload or a warning"] = other
        if options.strict:
            tally.require_clean()
        tally.landed = opened.merge()
    return tally


@dataclass
class LineStream:
    """The lines of all sources one after the other, each with its place among all of them."""

    sources: Sequence[Source]
    tally: Tally
    on_progress: Progress | None = None
    is_at_end: bool = False
    broken: list[tuple[Source, BrokenLine]] = field(default_factory=list)
    _begins: list[tuple[int, Source]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out how much there is to read."""
        self._blocks = self._read()
        sizes = [_size(source) for source in self.sources]
        self._total = sum(size for size in sizes if size) if all(sizes) else None

    def chunk(self, is_full: Callable[[int], bool]) -> Iterator[Block]:
        """Give blocks until as many lines were read as are enough, or all."""
        begin = self.tally.lines
        for block in self._blocks:
            yield block
            if is_full(self.tally.lines - begin):
                return
        self.is_at_end = True

    def where(self, ordinal: int) -> str:
        """Name the source and the line of a place."""
        begin, source = self._begin(ordinal)
        return f"{source.name}:{ordinal - begin}"

    def source(self, ordinal: int) -> Source:
        """Give the source that a place is in."""
        return self._begin(ordinal)[1]

    def _begin(self, ordinal: int) -> tuple[int, Source]:
        return next(found for found in reversed(self._begins) if found[0] < ordinal)

    def _read(self) -> Iterator[Block]:
        done = 0
        for source in self.sources:
            self.tally.sources += 1
            before = self.tally.lines
            self._begins.append((before, source))
            block: Block | None = None
            try:
                with open_source(source) as stream:
                    for block in read_blocks(stream):
                        self.tally.lines += block.lines
                        self.broken += [(source, line) for line in block.broken]
                        yield replace(block, numbers=pc.add(block.numbers, before))
                        if self.on_progress:
                            self.on_progress(source.name, done + block.read, self._total)
            except UNREADABLE as error:
                self.tally.unreadable.append(f"{source.name}: {why_unreadable(error)}")
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
    """One load at work: a chunk of lines at a time is read and handed to the landing."""

    options: Options
    stream: LineStream
    landing: Landing
    odd: list[pa.RecordBatch] = field(default_factory=list)

    def next_chunk(self) -> None:
        """Read and hand over the lines of the next chunk."""
        reader = pa.RecordBatchReader.from_batches(SCHEMA, self._timings())
        self.landing.reader.register(BATCHES, reader)
        labels = [self.options.calibration, self.options.experiment]
        self.landing.take(landed_tables()[TIMINGS], timings_of(BATCHES), labels)
        self.landing.reader.unregister(BATCHES)
        self._reject_broken()
        self._take_odd_lines()

    def _timings(self) -> Iterator[pa.RecordBatch]:
        """Give what can be read in bulk; put the other lines aside."""
        for block in self.stream.chunk(self._is_full):
            found, places = read_usual(block.texts)
            for batch in found:
                self.stream.tally.parsed += batch.num_rows
                yield _without_secrets(batch)
            if len(places):
                odd = {"raw": block.texts.take(places), "ordinal": block.numbers.take(places)}
                self.odd.append(pa.record_batch(odd))

    def _is_full(self, lines: int) -> bool:
        aside = len(self.stream.broken) + sum(batch.num_rows for batch in self.odd)
        compares = self.landing.compares(landed_tables()[TIMINGS])
        return aside >= ASIDE_LINES or (compares and lines >= CHUNK_LINES)

    def _take_odd_lines(self) -> None:
        """Read line by line what the bulk reader left."""
        for odd in self.odd:
            for start in range(0, odd.num_rows, ODD_LINES):
                self._take_odd(odd.slice(start, ODD_LINES).to_pylist())
        self.odd.clear()

    def _take_odd(self, lines: list[dict[str, Any]]) -> None:
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (TIMINGS, PAYLOADS, WARNINGS)}
        rejects = []
        for line in lines:
            try:
                parsed = parse_line(line["raw"])
            except BadLineError as error:
                rejects.append(self._reject(line, str(error)))
                continue
            if parsed:
                rows[parsed.table].append({**parsed.row, **self._labels()})
                self.stream.tally.parsed += 1
        for name, found in rows.items():
            table = landed_tables()[name]
            self.landing.stage(table, mask_batches(table, arrow_rows(table, found)))
        self._stage_rejects(rejects)

    def _labels(self) -> dict[str, str | None]:
        return {"calibration": self.options.calibration, "experiment": self.options.experiment}

    def _reject(self, line: dict[str, Any], reason: str) -> Reject:
        where = self.stream.where(line["ordinal"])
        self.stream.tally.reject(reason, where)
        source = self.stream.source(line["ordinal"])
        return Reject(HOOK, None, reason, line["raw"], where, address(source))

    def _reject_broken(self) -> None:
        """Count all lines that are not text; keep one of each kind and source, and all of ours."""
        kept: dict[tuple[str, str], Reject] = {}
        ours = []
        for source, line in self.stream.broken:
            where = f"{source.name}:{line.number}"
            self.stream.tally.reject(line.reason, where)
            reject = Reject(HOOK, None, line.reason, line.text, where, address(source))
            if "_TIMING:" in line.text:
                ours.append(reject)
            else:
                kept.setdefault((source.name, line.reason), reject)
        self.stream.broken.clear()
        self._stage_rejects([*ours, *kept.values()])

    def _stage_rejects(self, rejects: Sequence[Reject]) -> None:
        table = landed_tables()[REJECTS]
        self.landing.stage(table, arrow_rows(table, reject_rows(rejects)))


def _without_secrets(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mask the names of a block: workers and targets, of which there are few."""
    for name in MASKED:
        place = batch.schema.get_field_index(name)
        field = batch.schema.field(place)
        batch = batch.set_column(place, field, mask_names(batch.column(place)))
    return batch
