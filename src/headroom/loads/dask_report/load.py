"""Load Dask's performance reports: find the task stream in each, land its segments."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BufferedReader
from typing import Any

import pyarrow as pa

from headroom.landed.contract import LandedTable, landed_tables
from headroom.landed.landing import arrow_rows
from headroom.landed.masks import mask_batches
from headroom.landed.rejects import MASKED, Reject, end_of, excerpt_of, reject_rows
from headroom.loads.dask_report.documents import Columns, data_sources, embedded_documents
from headroom.loads.dask_report.segments import (
    BadSegmentError,
    BadStreamError,
    is_stream,
    read_stream,
    rows,
)
from headroom.loads.loading import deliver, read_sources
from headroom.loads.perf_logs import Options
from headroom.loads.tally import Tally
from headroom.reading.inputs import Source, TooLargeError, find_sources, read_whole
from headroom.reading.tolerant_json import NotJSONError, read_json
from headroom.settings import Settings

HOOK = "dask-report"
SEGMENTS = "landed_task_segments"
# The page, its document, that with its references resolved, and its strings; a value of JSON.
COPIES, BYTES_A_VALUE = 4, 120
HTML = re.compile("<(html|script)\\b", re.I)
NO_HTML = "no HTML: a Dask performance report is an HTML file"
NO_STREAM = "no task stream: neither a Dask performance report nor a saved task stream"
CUT = "the report is cut off before its task stream ends"
CUT_BEHIND = "the report is cut off behind its task stream; the stream was loaded"
SHORTER = "write reports of shorter stretches of work"
EMPTY = "task stream without a segment"


@dataclass(frozen=True)
class StreamSummary:
    """A task stream as this load saw it: segments and milliseconds by action."""

    name: str
    report_id: str
    workers: int
    segments: Counter[str]
    milliseconds: dict[str, Decimal]


@dataclass
class StreamsRead:
    """Segments and rejects of a load, before anything is landed."""

    tally: Tally
    options: Options
    segments: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    batches: list[pa.RecordBatch] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    summaries: list[StreamSummary] = field(default_factory=list)

    def reject(self, report_id: str | None, reason: str, excerpt: str, where: str) -> None:
        """Keep a piece that could not be read, with the reason."""
        self.rejects.append(
            Reject(HOOK, report_id, reason, excerpt[:MASKED], where, self.tally.source)
        )
        self.tally.reject(reason, where)

    def pack(self) -> None:
        """Hold the segments in a tenth of the memory. Of equal ones the last will count."""
        self.batches += arrow_rows(landed_tables()[SEGMENTS], list(self.segments.values()))
        self.segments.clear()


def load_dask_reports(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_source: Callable[[str, int, int], None] | None = None,
) -> tuple[Tally, list[StreamSummary]]:
    """Read reports and merge their segments into the landed tables, or into the CSVs of a folder.

    A source that cannot be read is reported, the others are loaded. Raises InputRejectedError, with
    nothing landed, where `strict` is set and anything was rejected.
    """
    collected = StreamsRead(Tally(), options)
    tally = collected.tally

    def read(source: Source, stream: BufferedReader) -> None:
        read_report(collected, source, stream)
        collected.pack()

    read_sources(tally, find_sources(list(paths)), read, on_source)
    tables = landed_tables()
    rejects = reject_rows(collected.rejects)
    batches: dict[LandedTable, list[pa.RecordBatch]] = {
        tables[SEGMENTS]: mask_batches(tables[SEGMENTS], collected.batches),
        tables["landed_rejects"]: arrow_rows(tables["landed_rejects"], rejects),
    }
    deliver(settings, tally, batches, options)
    return tally, collected.summaries


def read_report(collected: StreamsRead, source: Source, stream: BufferedReader) -> None:
    """Read one file: every task stream in it, each as a whole or not at all."""
    try:
        page = read_whole(stream, COPIES, BYTES_A_VALUE)
    except TooLargeError as error:
        collected.reject(None, f"{error}: {SHORTER}", "", source.name)
        return
    collected.tally.lines += page.count("\n")
    if not HTML.search(page):
        collected.reject(None, NO_HTML, page, source.name)
        return
    found, loaded, is_cut = 0, 0, False
    for columns, of_cut_document in _streams(page):
        is_cut = is_cut or of_cut_document
        if columns is not None:
            found += 1
            loaded += _add_stream(collected, source, columns)
    if is_cut:
        collected.reject(None, CUT_BEHIND if loaded else CUT, end_of(page), source.name)
    elif not found:
        collected.reject(None, NO_STREAM, page, source.name)


def _streams(page: str) -> Iterator[tuple[Columns | None, bool]]:
    """Give the task streams, and for each document None and whether it was cut."""
    for text in embedded_documents(page):
        try:
            document, is_cut = read_json(text)
        except NotJSONError:
            document, is_cut = None, True
        for columns in data_sources(document):
            if is_stream(columns):
                yield columns, is_cut
        yield None, is_cut


def _add_stream(collected: StreamsRead, source: Source, columns: Columns) -> bool:
    """Keep what is right of a task stream; say whether it could be read as a whole."""
    try:
        stream = read_stream(columns)
    except BadStreamError as error:
        collected.reject(None, str(error), "", source.name)
        return False
    if not stream.segments:
        collected.tally.skipped[EMPTY] += 1
        return True
    good = []
    for index, row in rows(stream):
        if isinstance(row, BadSegmentError):
            excerpt = excerpt_of(stream.segments[index])
            where = f"{source.name}, segment {index}"
            collected.reject(stream.report_id, str(row), excerpt, where)
            continue
        good.append(row)
        collected.segments[stream.report_id, index] = {
            "report_id": stream.report_id,
            "segment_index": index,
            "calibration": collected.options.calibration,
            "experiment": collected.options.experiment,
            **row,
        }
    collected.tally.parsed += len(good)
    collected.summaries.append(_summary(source.name, stream.report_id, good))
    return True


def _summary(name: str, report_id: str, good: list[dict[str, Any]]) -> StreamSummary:
    milliseconds: dict[str, Decimal] = {}
    for row in good:
        spent = milliseconds.get(row["action"], Decimal(0))
        milliseconds[row["action"]] = spent + row["duration_ms"]
    workers = {row["worker"] for row in good}
    actions = Counter(row["action"] for row in good)
    return StreamSummary(name, report_id, len(workers), actions, milliseconds)
