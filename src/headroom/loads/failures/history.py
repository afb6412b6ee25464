"""A history of failures in SQLite: read-only, a page a query, while others write it or not.

Each page is read in its own transaction, so a writer waits only for that. A damaged table is
read from its beginning up to the damage, and from its end back to it. A file can hold anything: row
ids have to rise, a query has a limit of time, a value one of size, and views are not run.
"""

import math
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from headroom.landed.rejects import digest
from headroom.loads.failures.failures_read import EVENTS, SOLUTIONS, FailuresRead
from headroom.loads.failures.values import (
    MAX_GPUS,
    MAX_RAW_TEXT,
    Problems,
    count,
    flag,
    instant,
    text,
)
from headroom.printable import printable
from headroom.reading.inputs import TooLargeError, decode
from headroom.reading.quantities import Memory, memory, millicores
from headroom.reading.values import BadValueError

MAGIC = b"SQLite format 3\x00"
BUSY_SECONDS = 5
ROWS_A_PAGE = 5000
CHARACTERS_A_PAGE = 4_000_000
# More than any text of a log; SQLite itself allows a thousand million bytes.
MAX_VALUE_BYTES = 64 * 1024 * 1024
# A page takes milliseconds, a check of a gigabyte some seconds.
QUERY_SECONDS = 20.0
STEPS_A_LOOK = 100_000
MAX_ID = 2**63 - 1
ROW_IDS = ("rowid", "oid", "_rowid_")
WHOLE = {
    "failure_events": (
        "id",
        "job_name",
        "project",
        "failure_type",
        "phase",
        "timestamp",
        "pod_name",
        "node_name",
        "container_image",
        "error_message",
        "logs_snippet",
        "events_snippet",
        "gpu_count",
        "memory_request",
        "cpu_request",
        "resolved",
        "resolution_type",
        "resolution_timestamp",
        "auto_remediated",
    ),
    "failure_solutions": (
        "failure_type",
        "description",
        "success_count",
        "failure_count",
        "last_used",
        "created_at",
    ),
}
# Without one of these a row says nothing; a table that lacks another column gives NULL for it.
NEEDED = {
    "failure_events": ("timestamp",),
    "failure_solutions": ("failure_type", "description", "success_count", "failure_count"),
}
# What the published analyser writes for a name of its document.
ALSO_CALLED = {"failure_solutions": {"description": "solution_description"}}
# A rate that its counts say, and numbers of rows that mean nothing outside of their database.
NO_FACTS = {"failure_solutions": {"id", "success_rate"}}
MESSAGES = {
    "locked": "another program has locked the file; load it again when that program has ended",
    "busy": "another program has locked the file; load it again when that program has ended",
    "readonly": "a program was stopped while writing it; open it once for writing, then load it",
    "unable to open": "it cannot be opened; a database in WAL mode also needs its -wal and -shm "
    "files, or a folder in which they can be made",
    "not a database": "it is not a SQLite database, or it is encrypted",
    "rowid": "it has no row ids: a view, or a table of another version",
    "malformed": "it is damaged",
    "interrupted": f"it takes more than {QUERY_SECONDS:g} seconds to check it, or to read a page",
}
TOO_BIG = f"a value is longer than {MAX_VALUE_BYTES // 1024**2} MiB"
Fields = dict[str, Any]
Rows = Generator[tuple[Any, ...], None, None]


class NotReadError(Exception):
    """A database, or one of its tables, could not be read to its end; the text says why."""


@dataclass
class History:
    """An open database; `name` is for messages."""

    connection: sqlite3.Connection
    name: str
    source: str
    collected: FailuresRead
    row_count: int = 0
    deadline: float = math.inf
    troubles: list[str] = field(default_factory=list)

    def trouble(self, why: str) -> None:
        """Keep what was not read, once."""
        if why not in self.troubles:
            self.troubles.append(why)

    def ask(self, query: str, parameters: tuple[Any, ...] = ()) -> Rows:
        """Give the rows of a query one by one. Raises sqlite3.Error, also for too long a query."""
        self.deadline = time.monotonic() + QUERY_SECONDS
        with _readable_errors(), closing(self.connection.cursor()) as cursor:
            yield from cursor.execute(query, parameters)

    def is_late(self) -> bool:
        """Say whether the query is to be broken off."""
        return time.monotonic() > self.deadline

    def tell(self) -> None:
        """Report what was not read: of damage, whether anything was."""
        kept = "its readable part was loaded" if self.row_count else "nothing in it can be read"
        self.collected.tally.unreadable += [
            f"{self.name}: {why}" + (f"; {kept}" if why == MESSAGES["malformed"] else "")
            for why in self.troubles
        ]


@contextmanager
def _readable_errors() -> Iterator[None]:
    """Make an error of a message that is not UTF-8, because it quotes a damaged name."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError(printable(decode(error.object))) from None


def read_history(collected: FailuresRead, path: Path, source: str) -> None:
    """Keep the rows of a database; what is not right is named, and the rest is kept."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    name = printable(path)
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        collected.tally.unreadable.append(f"{name}: {_why(error)}")
        return
    with closing(connection):
        history = History(connection, name, source, collected)
        _restrict(history)
        try:
            is_sound = _check(history)
            if is_sound is None:
                return
            for table, reader in READERS.items():
                is_whole = _read_table(history, table, reader)
                if table == "failure_solutions" and is_whole and is_sound:
                    collected.replaced.add(source)
        except sqlite3.Error as error:
            history.trouble(_why(error))
        finally:
            history.tell()


def _restrict(history: History) -> None:
    """Take from the database what it could do beyond giving its rows."""
    connection = history.connection
    connection.text_factory = decode
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.set_progress_handler(history.is_late, STEPS_A_LOOK)
    connection.execute("pragma trusted_schema = off")


def _why(error: sqlite3.Error) -> str:
    said = printable(error)
    return next((text for part, text in MESSAGES.items() if part in said.lower()), said)


def _check(history: History) -> bool | None:
    """Say whether the database is sound; None where it holds no table of a history."""
    if not any(_columns(history, name) for name in WHOLE):
        history.trouble(f"it is not a history of failures: it has no table {', '.join(WHOLE)}")
        return None
    try:
        ((answer,),) = history.ask("pragma quick_check(1)")
    except sqlite3.DatabaseError as error:
        answer = _why(error)
        if answer not in (MESSAGES["malformed"], MESSAGES["interrupted"]):
            raise
        history.trouble(answer)
        return False
    if answer != "ok":
        history.trouble(MESSAGES["malformed"])
    return bool(answer == "ok")


def _columns(history: History, table: str) -> list[str]:
    return [str(row[1]).lower() for row in history.ask(f"pragma table_info({table})")]


def _written(table: str, found: list[str]) -> dict[str, str]:
    """Give the known columns that a table has, each with the name that it has there."""
    also = ALSO_CALLED.get(table, {})
    either = {name: (name, also.get(name, name)) for name in WHOLE[table]}
    return {
        name: next(written for written in names if written in found)
        for name, names in either.items()
        if set(names) & set(found)
    }


def _is_stored(history: History, table: str) -> bool:
    """Say whether a table stores its rows: views and virtual tables run what they say."""
    query = "select 1 from sqlite_master where type = 'table' and rootpage > 0 and lower(name) = ?"
    return any(history.ask(query, (table,)))


def _read_table(
    history: History, table: str, reader: Callable[[History, Fields, str], None]
) -> bool:
    """Read a table; give whether that was all of it, as this version knows it."""
    found = _columns(history, table)
    if not found:
        history.trouble(f"it has no table {table}: another version of the schema")
        return False
    if not _is_stored(history, table):
        # Some versions of SQLite give NULL for the row ids of a view, and so no row at all.
        history.trouble(f"{table}: {MESSAGES['rowid']}")
        return False
    written = _written(table, found)
    missing = [name for name in WHOLE[table] if name not in written]
    if missing:
        history.trouble(f"{table} has no column {', '.join(missing)}: another version")
    if set(missing) & set(NEEDED[table]):
        return False
    extra = set(found) - set(written.values()) - NO_FACTS.get(table, set())
    for name in sorted(extra):
        history.collected.tally.skipped[f"column {name} of {table}, which is not known"] += 1
    try:
        for row in _rows(history, table, list(written.values())):
            history.collected.tally.lines += 1
            history.row_count += 1
            fields = dict(zip(written, row[1:], strict=True))
            reader(history, fields, f"{history.name}, {table} {row[0]}")
    except (NotReadError, TooLargeError) as error:
        history.trouble(str(error))
        return False
    return True


def _rows(history: History, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Give the rows by row id, forwards; where that breaks off, then backwards up to there."""
    known = _columns(history, table)
    row_id = next((name for name in ROW_IDS if name not in known), None)
    if row_id is None:
        raise NotReadError(MESSAGES["rowid"])
    query = (
        f"select {row_id}, {', '.join(map(_cut, columns))} from {table}"
        f" where {row_id} between ? and ? order by {row_id}"
    )
    last, least = -MAX_ID - 1, MAX_ID
    try:
        while last < MAX_ID:
            try:
                page = _page(history, query, last + 1, MAX_ID)
            except sqlite3.DataError:
                last = _pass_over(history, table, row_id, last)
                continue
            if not page:
                return
            yield from page
            last = page[-1][0]
        return
    except sqlite3.DatabaseError as error:
        trouble = error
    if "locked" in str(trouble):
        raise trouble
    if "malformed" in str(trouble):
        try:
            while page := _page(history, f"{query} desc", last + 1, least):
                yield from page
                least = page[-1][0] - 1
        except sqlite3.DatabaseError:
            pass
    raise NotReadError(_why(trouble))


def _pass_over(history: History, table: str, row_id: str, last: int) -> int:
    """Reject the row behind `last`, of which a value is too long to be read; give its row id."""
    query = f"select {row_id} from {table} where {row_id} > ? order by {row_id} limit 1"
    place = next((row[0] for row in history.ask(query, (last,))), last)
    if place <= last:
        raise sqlite3.DatabaseError("malformed: the row ids are not in order")
    history.collected.reject(None, TOO_BIG, "", f"{history.name}, {table} {place}")
    return int(place)


def _cut(column: str) -> str:
    """Read no more of a text than what is masked."""
    return (
        f'case when length("{column}") > {MAX_RAW_TEXT} then substr("{column}", 1, {MAX_RAW_TEXT})'
        f' else "{column}" end'
    )


def _page(history: History, query: str, first: int, last: int) -> list[tuple[Any, ...]]:
    """Give a page of rows; where one of them is damaged, those before it."""
    rows, trouble = _take(history, query, first, last, ROWS_A_PAGE)
    if trouble and not rows and "locked" not in str(trouble):
        # Python looks one row ahead: an error there takes the row before with it.
        rows, trouble = _take(history, query, first, last, 1)
    if trouble and not rows:
        raise trouble
    return rows


def _take(
    history: History, query: str, first: int, last: int, limit: int
) -> tuple[list[tuple[Any, ...]], sqlite3.DatabaseError | None]:
    """Give rows, and what broke them off. In a damaged table the row ids can go round."""
    is_descending = query.endswith("desc")
    rows: list[tuple[Any, ...]] = []
    size = 0
    try:
        with closing(history.ask(f"{query} limit {limit}", (first, last))) as found:
            for row in found:
                if not first <= row[0] <= last:
                    raise sqlite3.DatabaseError("malformed: the row ids are not in order")
                first, last = (first, row[0] - 1) if is_descending else (row[0] + 1, last)
                rows.append(row)
                size += sum(len(value) for value in row if isinstance(value, str | bytes))
                if size > CHARACTERS_A_PAGE:
                    break
    except sqlite3.DatabaseError as error:
        return rows, error
    return rows, None


def _event(history: History, fields: Fields, where: str) -> None:
    problems = Problems()
    names = ("job_name", "project", "failure_type", "phase", "pod_name", "node_name")
    row: Fields = {name: text(fields.get(name)) for name in names}
    subject = row["pod_name"] or row["job_name"]
    try:
        occurred_at = instant("timestamp", fields["timestamp"])
        if occurred_at is None:
            raise BadValueError("timestamp is missing")
        event_id = count("id", fields.get("id"), MAX_ID)
    except BadValueError as error:
        excerpt = f"id {text(fields.get('id'))}, timestamp {text(fields['timestamp'])}"
        history.collected.reject(subject, str(error), excerpt, where)
        return
    key = (history.source, event_id, occurred_at.isoformat(), row["job_name"], row["pod_name"])
    cpu = text(fields.get("cpu_request"))
    cores = problems.read(millicores, "cpu_request", cpu) if cpu else None
    memory_request = text(fields.get("memory_request"))
    amount = (
        problems.read(memory, "memory_request", memory_request, cores) if memory_request else None
    ) or Memory(None)
    row |= {
        "event_key": digest("\x1f".join("" if part is None else str(part) for part in key)),
        "source": history.source,
        "event_id": event_id,
        "occurred_at": occurred_at,
        "container_image": text(fields.get("container_image")),
        "error_message": text(fields.get("error_message")),
        "logs_snippet": text(fields.get("logs_snippet")),
        "events_snippet": text(fields.get("events_snippet")),
        "gpu_count": problems.read(count, "gpu_count", fields.get("gpu_count"), MAX_GPUS),
        "memory_request": memory_request,
        "memory_request_mb": amount.mb,
        "has_memory_overflow": amount.has_overflow,
        "cpu_request_millicores": cores,
        "is_resolved": problems.read(flag, "resolved", fields.get("resolved")),
        "resolution_type": text(fields.get("resolution_type")),
        "resolved_at": problems.read(
            instant, "resolution_timestamp", fields.get("resolution_timestamp")
        ),
        "is_auto_remediated": problems.read(flag, "auto_remediated", fields.get("auto_remediated")),
    }
    history.collected.add(EVENTS, row)
    _name_problems(history, problems, subject, where)


def _name_problems(history: History, problems: Problems, subject: str | None, where: str) -> None:
    for reason, excerpt in problems.found:
        history.collected.reject(subject, f"{reason}; the row is kept", excerpt, where)


def _solution(history: History, fields: Fields, where: str) -> None:
    problems = Problems()
    failure_type, description = text(fields["failure_type"]), text(fields["description"])
    try:
        if failure_type is None or description is None:
            raise BadValueError("the solution has no failure_type or no description")
        row = {
            "source": history.source,
            "failure_type": failure_type,
            "description": description,
            "record_id": "",
            "success_count": count("success_count", fields["success_count"]) or 0,
            "failure_count": count("failure_count", fields["failure_count"]) or 0,
            "last_used_at": problems.read(instant, "last_used", fields.get("last_used")),
            "created_at": problems.read(instant, "created_at", fields.get("created_at")),
        }
    except BadValueError as error:
        counts = f"{text(fields['success_count'])}, {text(fields['failure_count'])}"
        history.collected.reject(failure_type, str(error), f"{description} ({counts})", where)
        return
    history.collected.add(SOLUTIONS, row)
    _name_problems(history, problems, failure_type, where)


READERS = {"failure_events": _event, "failure_solutions": _solution}
