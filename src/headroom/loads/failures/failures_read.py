"""What was read of all inputs of a load, before anything is landed."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from headroom.landed.contract import LandedTable, landed_tables
from headroom.landed.landing import Row, arrow_rows
from headroom.landed.masks import HIDDEN, mask_batches
from headroom.landed.rejects import MASKED, Reject, reject_rows
from headroom.loads.failures.values import MAX_TEXT
from headroom.loads.tally import Tally
from headroom.reading.inputs import TooLargeError

HOOK = "failures"
EVENTS = "landed_failure_events"
SOLUTIONS = "landed_failure_solutions"
PODS = "landed_pods"
POD_ENDS = "landed_pod_ends"
KUBERNETES_EVENTS = "landed_kubernetes_events"
REJECTS = "landed_rejects"
TABLES = (EVENTS, SOLUTIONS, PODS, POD_ENDS, KUBERNETES_EVENTS, REJECTS)
ROWS_A_BATCH = 50_000
CHARACTERS_A_BATCH = 4_000_000
# What is held of a load before it is put aside.
HELD_BYTES = 32 * 1024 * 1024
# Solutions are added up, so they are held. A cluster has hundreds of them.
MAX_SOLUTIONS_BYTES = 64 * 1024 * 1024
TOO_MANY = f"more than {MAX_SOLUTIONS_BYTES // 1024**2} MiB of solutions"
# What a database writes down twice as one solution was tried as often as both say.
ADDED_UP = {
    "success_count": "sum",
    "failure_count": "sum",
    "last_used_at": "max",
    "created_at": "min",
}
Batches = list[pa.RecordBatch]


@dataclass
class ToldApart:
    """Solutions that a mask makes equal, by their shown text: a number distinguishes them.

    The number is the order in which they were read; it says nothing of what is hidden.
    """

    seen: dict[tuple[str, ...], dict[str, int]] = field(default_factory=dict)

    def batch(self, original: pa.RecordBatch, shown: pa.RecordBatch) -> pa.RecordBatch:
        """Number what is shown, where it hides something and is not the first of its texts."""
        column = shown.column("description")
        if not pc.any(pc.match_substring(column, HIDDEN)).as_py():
            return shown
        rows = original.select(["source", "failure_type", "description"]).to_pylist()
        texts = [
            self._numbered((row["source"], row["failure_type"], text), row["description"])
            if HIDDEN in text
            else text
            for row, text in zip(rows, column.to_pylist(), strict=True)
        ]
        place = shown.schema.get_field_index("description")
        return shown.set_column(place, shown.schema.field(place), pa.array(texts, column.type))

    def _numbered(self, key: tuple[str, ...], written: str) -> str:
        known = self.seen.setdefault(key, {})
        number = known.setdefault(written, len(known) + 1)
        return key[-1] if number == 1 else f"{key[-1]} ({number})"


@dataclass
class FailuresRead:
    """Rows of a load, masked and in the types of their tables as soon as a batch is full.

    `put_aside` takes them out of memory where they are many; without it all are held. `replaced`
    are the sources whose solutions were read to their end, and `databases` says which database a
    source was.
    """

    tally: Tally
    put_aside: Callable[[LandedTable, Batches], None] | None = None
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    batches: dict[str, Batches] = field(default_factory=lambda: {name: [] for name in TABLES})
    rejects: list[Reject] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    databases: dict[str, str] = field(default_factory=dict)
    told_apart: ToldApart = field(default_factory=ToldApart)
    characters: int = 0

    def add(self, table: str, row: Row) -> None:
        """Keep a row of a landed table."""
        self.rows[table].append(row)
        # The ends of a pod are part of it.
        if table not in (REJECTS, POD_ENDS):
            self.tally.parsed += 1
        self.characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if self.characters >= CHARACTERS_A_BATCH or len(self.rows[table]) >= ROWS_A_BATCH:
            for name in TABLES:
                self._pack(name)
            self.characters = 0
            self._put_aside()

    def reject(self, subject: str | None, reason: str, excerpt: str, where: str) -> None:
        """Keep a piece that could not be read, with the reason."""
        reject = Reject(HOOK, subject, reason, excerpt[:MASKED], where, self.tally.source)
        self.rejects.append(reject)
        if len(self.rejects) >= ROWS_A_BATCH:
            self._pack_rejects()
        self.tally.reject(reason, where)

    def incoming(self) -> dict[LandedTable, Batches]:
        """Give everything by table, to be landed."""
        self._pack_rejects()
        for table in TABLES:
            self._pack(table)
        self.batches[SOLUTIONS] = _added_up(self.batches[SOLUTIONS])
        return {landed_tables()[name]: batches for name, batches in self.batches.items()}

    def scopes(self) -> dict[LandedTable, Batches]:
        """Give what the solutions of this load stand for as a whole: the older rows go."""
        table = landed_tables()[SOLUTIONS]
        rows = [{"source": source, "record_id": ""} for source in sorted(self.replaced)]
        batches = [batch.select(["source", "record_id"]) for batch in arrow_rows(table, rows)]
        return {table: batches} if batches else {}

    def _pack_rejects(self) -> None:
        self.rows[REJECTS] += reject_rows(self.rejects)
        self.rejects.clear()
        self._pack(REJECTS)

    def _pack(self, name: str) -> None:
        if self.rows[name]:
            table = landed_tables()[name]
            batches = arrow_rows(table, self.rows[name])
            shown = mask_batches(table, batches, MAX_TEXT)
            if name == SOLUTIONS:
                shown = [self.told_apart.batch(*both) for both in zip(batches, shown, strict=True)]
            self.batches[name] += shown
            self.rows[name] = []

    def _put_aside(self) -> None:
        """Take what is held out of memory, but for the solutions, which are added up first."""
        solutions = self.batches[SOLUTIONS] = _added_up(self.batches[SOLUTIONS])
        if sum(batch.nbytes for batch in solutions) > MAX_SOLUTIONS_BYTES:
            raise TooLargeError(TOO_MANY)
        others = [name for name in TABLES if name != SOLUTIONS]
        held = sum(batch.nbytes for name in others for batch in self.batches[name])
        if self.put_aside and held > HELD_BYTES:
            for name in others:
                self.put_aside(landed_tables()[name], self.batches[name])
                self.batches[name] = []


def _added_up(batches: Batches) -> Batches:
    """Give each solution once; they are compared as they will be landed, their secrets masked."""
    if not batches:
        return []
    solutions = pa.Table.from_batches(batches)
    key = list(landed_tables()[SOLUTIONS].key)
    added = solutions.group_by(key, use_threads=False).aggregate(list(ADDED_UP.items()))
    names = {f"{name}_{how}": name for name, how in ADDED_UP.items()}
    renamed = added.rename_columns([names.get(name, name) for name in added.column_names])
    return list(renamed.select(solutions.column_names).cast(solutions.schema).to_batches())
