"""Load jobs: a source is read in blocks into DuckDB, which judges and types its rows at once."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import chain
from typing import Any

import duckdb
import pyarrow as pa

from headroom.errors import UsageError
from headroom.landed.contract import LandedTable, landed_tables
from headroom.landed.landing import arrow_rows
from headroom.landed.masks import mask_batches, mask_json
from headroom.landed.rejects import MASKED, Reject, reject_rows
from headroom.loads.jobs.attempts import DOUBTS, attempts_of
from headroom.loads.jobs.forms import FORMS, Form, Header
from headroom.loads.jobs.rows import HeaderError, Layout, split_header, split_rows
from headroom.loads.jobs.states import make_states
from headroom.loads.jobs.values import make_macros
from headroom.loads.loading import Delivery, LoadOptions, delivery, read_sources
from headroom.loads.tally import Tally
from headroom.reading.blocks import Block, read_blocks
from headroom.reading.inputs import UNREADABLE, Source, find_sources
from headroom.settings import Settings

HOOK = "jobs"
JOBS, REJECTS = "landed_jobs", "landed_rejects"
# Names of those whose attempts are not loaded here.
TAKEN = ("flotilla", "pods", "history", "recorded")
MAX_NAME = 200
MAX_TEXT = 20_000
MEMORY_LIMIT = "240MB"
ROWS_A_BATCH = 30_000


@dataclass(frozen=True)
class Options(LoadOptions):
    """What the caller says: the form, the name of the source, the zone of times without one."""

    form: str
    source: str | None = None
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Raise UsageError for a form, a name or a zone that there is not."""
        if self.form not in FORMS:
            raise UsageError(f"there is no format {self.form!r}", f"give {', '.join(FORMS)}")
        name = self.name
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise UsageError(f"--source {name[:50]!r} is not a name", "name the scheduler")
        if name in TAKEN:
            raise UsageError(
                f"the source {name} is not one of loaded jobs", "give another --source"
            )
        if not _is_zone(self.timezone):
            raise UsageError(
                f"there is no timezone {self.timezone[:50]!r}", "give one such as Europe/Berlin"
            )

    @property
    def name(self) -> str:
        """Name the source: as it is said, else after its form."""
        return self.form if self.source is None else self.source


def _is_zone(name: str) -> bool:
    known = "select count(*) from pg_timezone_names() where name = ?"
    with duckdb.connect() as connection:
        return connection.execute(known, [name]).fetchone() != (0,)


def load_jobs(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_source: Callable[[str, int, int], None] | None = None,
) -> Tally:
    """Read jobs and merge what is right into the landed table, or into the CSVs of a folder.

    A source that cannot be read is reported, the others are loaded. Raises InputRejectedError, with
    nothing landed, where `strict` is set and anything was rejected.
    """
    tally = Tally()
    tables = [landed_tables()[name] for name in (JOBS, REJECTS)]
    with delivery(settings, options, tables) as way, _reader() as reader:
        jobs = _Jobs(reader, FORMS[options.form], options, tally, way)
        read_sources(tally, find_sources(list(paths)), jobs.read, on_source)
        way.finish(tally, {})
    return tally


@contextmanager
def _reader() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in memory that puts what is too much into a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        for setting, value in (
            ("timezone", "UTC"),
            ("memory_limit", MEMORY_LIMIT),
            ("temp_directory", folder),
            # Lines have numbers.
            ("preserve_insertion_order", "false"),
        ):
            connection.execute(f"set {setting} = ?", [value])
        # The command shows its own bar.
        connection.execute("set enable_progress_bar = false")
        make_macros(connection)
        make_states(connection)
        yield connection


@dataclass
class _Jobs:
    """The jobs of a load, source by source."""

    reader: duckdb.DuckDBPyConnection
    form: Form
    options: Options
    tally: Tally
    way: Delivery
    rejects: list[Reject] = field(default_factory=list)

    def read(self, source: Source, stream: BufferedReader) -> None:
        """Read a source and stage its jobs. Raises OSError where it cannot be read, to its end."""
        blocks = read_blocks(stream)
        first = next(blocks, None)
        if first is None:
            raise HeaderError(f"it is empty: {self._wanted()}")
        layout, rest = self._begin(first)
        trouble = self._take(source, layout, chain([rest], blocks))
        if trouble is None or isinstance(trouble, UNREADABLE):
            self._stage(source, layout)
        if trouble:
            raise trouble

    def _wanted(self) -> str:
        needed = ", ".join(" or ".join(names) for names in self.form.needed)
        return f"the format {self.form.name} begins with a header that names {needed}"

    def _begin(self, block: Block) -> tuple[Layout, Block]:
        """Read the header of a source, and make the table of its lines."""
        if not len(block.texts) or (block.broken and block.broken[0].number == 1):
            raise HeaderError(f"its first line is not text: {self._wanted()}")
        layout = split_header(block.texts[0].as_py(), self.form.delimiter, self.form.is_quoted)
        lacks = self.form.lacks(Header(layout.named))
        if lacks:
            raise HeaderError(f"its first line does not name {', '.join(lacks)}: {self._wanted()}")
        layout.require_once()
        rest = Block(block.texts[1:], block.numbers[1:], block.lines, block.read, block.broken)
        return layout, rest

    def _take(self, source: Source, layout: Layout, blocks: Iterator[Block]) -> Exception | None:
        """Put the fields of all blocks into `lines`; give what ended them too early.

        DuckDB asks for the next block while it writes the last ones: they are read beside it.
        """
        trouble: Exception | None = None

        def rows() -> Iterator[pa.RecordBatch]:
            nonlocal trouble
            try:
                for block in blocks:
                    yield from self._split(source, layout, block)
            # DuckDB would make another one of it.
            except Exception as error:
                trouble = error

        lines = pa.RecordBatchReader.from_batches(layout.schema, rows())
        self.reader.register("rows", lines)
        self.reader.execute("create or replace table lines as select * from rows")
        self.reader.unregister("rows")
        return trouble

    def _split(self, source: Source, layout: Layout, block: Block) -> Iterator[pa.RecordBatch]:
        self.tally.lines += block.lines

        def report(number: int, reason: str, text: str) -> None:
            self._reject(source, number, reason, text)

        for line in block.broken:
            report(line.number, line.reason, line.text)
        yield from split_rows(layout, block, report)

    def _stage(self, source: Source, layout: Layout) -> None:
        """Judge the rows of a source: stage the jobs, keep the others with the reason."""
        query = attempts_of(self.form, layout, self.options.name, self.options.timezone)
        self.reader.execute(f"create or replace table attempts as {query}")
        rejected = f"""
            with wrong as (select line_number, problem from attempts where problem is not null),
            shown as (select line_number, {Header(layout.named).shown()} as raw from lines)
            select line_number, problem, raw
            from wrong
            inner join shown using (line_number)
            order by line_number
        """
        for number, reason, raw in self._rows(rejected):
            self._reject(source, number, reason, raw)
        self.reader.execute("drop table lines")
        for what, count in self._rows(
            "select skipped, count(*) from attempts where skipped is not null group by all"
        ):
            self.tally.skipped[what] += count
        good = "from attempts where problem is null and skipped is null"
        for doubt, condition in DOUBTS.items():
            ((count,),) = self._rows(f"select count(*) {good} and {condition}")
            if count:
                self.tally.doubted[doubt] += count
        # A hash is shorter; where two keys have one, the jobs are staged for nothing.
        ((repeated,),) = self._rows(f"select count(*) - count(distinct hash(job_key)) {good}")
        # Of equal keys the last counts: those of one source, and those of a source before.
        if repeated or self.tally.sources > 1:
            self.way.stage(landed_tables()[JOBS], self._jobs(f"{good} order by line_number"))
        else:
            self.way.take(landed_tables()[JOBS], self._jobs(good))
        self.reader.execute("drop table attempts")
        self._stage_rejects()

    def _jobs(self, good: str) -> Iterator[pa.RecordBatch]:
        """Give the jobs of a source, masked, in the types of their table."""
        table = landed_tables()[JOBS]
        found = self.reader.execute(f"select {', '.join(table.columns)} {good}")
        for batch in found.to_arrow_reader(ROWS_A_BATCH):
            self.tally.parsed += batch.num_rows
            yield _masked(table, batch.cast(table.arrow_schema))

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        # A separate cursor: what is done with a row may ask for other rows.
        found = self.reader.cursor().execute(query)
        while rows := found.fetchmany(ROWS_A_BATCH):
            yield from rows

    def _reject(self, source: Source, number: int, reason: str, text: str) -> None:
        where = f"{source.name}:{number}"
        self.tally.reject(reason, where)
        excerpt = (text or "")[:MASKED]
        self.rejects.append(Reject(HOOK, None, reason, excerpt, where, self.tally.source))
        if len(self.rejects) >= ROWS_A_BATCH:
            self._stage_rejects()

    def _stage_rejects(self) -> None:
        table = landed_tables()[REJECTS]
        self.way.stage(table, arrow_rows(table, reject_rows(self.rejects)))
        self.rejects.clear()


def _masked(table: LandedTable, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mask the secrets of a batch; JSON stays JSON."""
    (shown,) = mask_batches(table, [batch.drop_columns(["covariates"])], MAX_TEXT)
    (whole,) = mask_json([batch], "covariates")
    return pa.RecordBatch.from_arrays(
        [*shown.columns, whole.column("covariates")], names=[*shown.schema.names, "covariates"]
    )
