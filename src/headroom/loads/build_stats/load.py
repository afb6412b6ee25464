"""Load build stats: find out what each log is, read it, land what is right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BufferedReader

from headroom.errors import UsageError
from headroom.landed.contract import LandedTable, landed_tables
from headroom.landed.landing import Row, arrow_rows
from headroom.landed.masks import mask_batches, mask_json
from headroom.landed.rejects import end_of, reject_rows
from headroom.loads.build_stats.builds_read import BuildsRead
from headroom.loads.build_stats.documents import (
    CUT,
    NOT_A_FORM,
    add_campaign,
    is_campaign,
    read_document,
    samples_in,
)
from headroom.loads.build_stats.facts import report_row
from headroom.loads.build_stats.published_rule import count_anomalies, overall
from headroom.loads.build_stats.raw_log import Defaults, is_log, read_log
from headroom.loads.loading import LoadOptions, deliver, read_sources
from headroom.loads.tally import Tally
from headroom.reading.inputs import (
    Line,
    Source,
    TooLargeError,
    decode,
    find_sources,
    read_lines,
    read_whole,
)
from headroom.reading.tolerant_json import NotJSONError
from headroom.settings import Settings

# The text and its strings; a number of a sample, as it is read and as it will be landed.
COPIES, BYTES_A_VALUE = 2, 350
PROBE = 64 * 1024


@dataclass(frozen=True)
class BuildSummary:
    """A build as this load saw it, by the published rule."""

    build_id: str
    samples: int
    spikes: int
    troughs: int
    consistency: Decimal


@dataclass(frozen=True)
class Options(LoadOptions):
    """Options of the caller: build and region of logs that name none, and how to load."""

    build_id: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for names that name nothing."""
        for option, name in (("--build-id", self.build_id), ("--region", self.region)):
            if name is not None and (not name.strip() or not name.isprintable()):
                raise UsageError(
                    f"{option} {name[:50]!r} is not a name", "give one, or leave it out"
                )


def load_build_stats(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_source: Callable[[str, int, int], None] | None = None,
) -> tuple[Tally, list[BuildSummary]]:
    """Read logs and merge what is right into the landed tables, or into the CSVs of a folder.

    A source that cannot be read is reported, the others are loaded. Raises UsageError where
    standard input names no build, and InputRejectedError, with nothing landed, where `strict` is
    set and anything was rejected.
    """
    collected = BuildsRead(Tally())
    tally = collected.tally

    def read(source: Source, stream: BufferedReader) -> None:
        _read(collected, source, stream, options)

    read_sources(tally, find_sources(list(paths)), read, on_source)
    tables = landed_tables()
    incoming: dict[LandedTable, Sequence[Row]] = {
        tables["landed_build_reports"]: list(collected.reports.values()),
        tables["landed_build_samples"]: [sample.row for sample in collected.samples.values()],
        tables["landed_rejects"]: reject_rows(collected.rejects),
    }
    batches = {
        table: mask_batches(table, arrow_rows(table, rows)) for table, rows in incoming.items()
    }
    for name in ("landed_build_reports", "landed_build_samples"):
        batches[tables[name]] = mask_json(batches[tables[name]], "extra_fields")
    deliver(settings, tally, batches, options)
    return tally, _summaries(collected)


def _read(collected: BuildsRead, source: Source, stream: BufferedReader, options: Options) -> None:
    """Tell the three forms apart by what stands in the log, never by its name."""
    defaults = Defaults(
        options.build_id or source.stem, options.build_id is not None, options.region
    )
    probe = stream.peek(PROBE)[:PROBE]
    if probe.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            written = read_whole(stream, COPIES, BYTES_A_VALUE)
        except TooLargeError as error:
            reason = f"{error}: load the builds in several files"
            collected.reject(None, reason, decode(probe[:1000]), source.name)
            return
        if not is_log(written):
            _read_document(collected, source, written, defaults)
            return
        lines = [
            Line(place, line)
            for place, line in enumerate(written.removesuffix("\n").split("\n"), 1)
        ]
        _read_raw(collected, source, lines, defaults)
        return
    _read_raw(collected, source, read_lines(stream), defaults)


def _read_raw(
    collected: BuildsRead,
    source: Source,
    lines: Iterable[Line],
    defaults: Defaults,
) -> None:
    before = (len(collected.reports), len(collected.rejects))
    read_log(collected, lines, source.name, defaults)
    if (len(collected.reports), len(collected.rejects)) == before:
        collected.reject(None, NOT_A_FORM, "", source.name)


def _read_document(collected: BuildsRead, source: Source, written: str, defaults: Defaults) -> None:
    collected.tally.lines += written.count("\n") + (not written.endswith("\n"))
    try:
        document, is_cut = read_document(written)
    except NotJSONError:
        document, is_cut = None, False
    samples = None if is_campaign(document) else samples_in(document)
    if is_cut:
        collected.reject(defaults.build_id, CUT, end_of(written), source.name)
    if is_campaign(document):
        add_campaign(collected, document, defaults.region, source.name)
    elif samples is None:
        collected.reject(None, NOT_A_FORM, written, source.name)
    elif defaults.build_id is None:
        raise UsageError("standard input names no build", "give --build-id")
    else:
        collected.add_report(report_row(defaults.build_id, len(samples), region=defaults.region))
        collected.add_samples(defaults.build_id, samples, source.name)


def _summaries(collected: BuildsRead) -> list[BuildSummary]:
    places: dict[str, list[int]] = {row["build_id"]: [] for row in collected.reports.values()}
    for build_id, index in sorted(collected.samples):
        places.setdefault(build_id, []).append(index)
    summaries = []
    for build_id, indexes in places.items():
        rows = [collected.samples[build_id, index].row for index in indexes]
        cpu = [row["cpu_pct"] for row in rows]
        memory = [row["memory_used_gb"] for row in rows]
        found = count_anomalies(cpu, memory)
        summaries.append(
            BuildSummary(build_id, len(rows), found.spikes, found.troughs, overall(cpu, memory))
        )
    return summaries
