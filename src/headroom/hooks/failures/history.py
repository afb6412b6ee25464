"""A history of failures in SQLite: read-only, a page a query, while others write it or not.

Each page is a transaction of its own, so a writer waits for no more than that. A damaged table is
read from its beginning up to the damage, and from its end back to it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from headroom.hooks.failures.collected import CORRELATIONS, EVENTS, SOLUTIONS, Collected
from headroom.hooks.failures.values import MAX_GPUS, Problems, count, flag, instant, text
from headroom.hooks.inputs import decode
from headroom.hooks.quantities import Memory, memory, millicores
from headroom.hooks.rejects import digest
from headroom.hooks.values import BadValueError

MAGIC = b"SQLite format 3\x00"
BUSY_SECONDS = 5
ROWS_A_PAGE = 5000
MAX_ID = 2**63 - 1
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
    "failure_correlations": ("type", "value", "failure_count", "first_seen", "last_seen"),
}
# Without one of these a row says nothing; a table that lacks another column gives NULL for it.
NEEDED = {
    "failure_events": ("timestamp",),
    "failure_solutions": ("failure_type", "description", "success_count", "failure_count"),
    "failure_correlations": ("type", "value", "failure_count"),
}
# Tables of SQLite's own, and numbers of rows that mean nothing outside of their database.
NO_FACTS = {"failure_solutions": {"id", "success_rate"}, "failure_correlations": {"id"}}
MESSAGES = {
    "locked": "another program holds it locked; load it again when that one is done",
    "busy": "another program holds it locked; load it again when that one is done",
    "readonly": "a program that wrote it was broken off; open it once for writing, then load it",
    "unable to open": "it cannot be opened; a database in WAL mode also needs its -wal and -shm "
    "files, or a folder in which they can be made",
    "not a database": "it is no SQLite database, or encrypted",
    "rowid": "it has no row ids: a view, or a table of another version",
    "malformed": "it is damaged",
}
Fields = dict[str, Any]


class NotReadError(Exception):
    """A database, or one of its tables, could not be read to its end; the text says why."""


@dataclass
class History:
    """An open database; `name` is for messages."""

    connection: sqlite3.Connection
    name: str
    source: str
    collected: Collected
    row_count: int = 0
    troubles: list[str] = field(default_factory=list)

    def trouble(self, why: str) -> None:
        """Keep what was not read, once."""
        if why not in self.troubles:
            self.troubles.append(why)

    def tell(self) -> None:
        """Report what was not read: of damage, whether anything was."""
        kept = (
            "what can be read of it was loaded" if self.row_count else "nothing of it can be read"
        )
        self.collected.report.unreadable += [
            f"{self.name}: {why}" + (f"; {kept}" if why == MESSAGES["malformed"] else "")
            for why in self.troubles
        ]


def read_history(collected: Collected, path: Path, source: str) -> None:
    """Keep the rows of a database; what is not right is named, and the rest is kept."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        collected.report.unreadable.append(f"{path}: {_why(error)}")
        return
    with closing(connection):
        connection.text_factory = decode
        history = History(connection, str(path), source, collected)
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


def _why(error: sqlite3.Error) -> str:
    said = str(error)
    return next((text for part, text in MESSAGES.items() if part in said.lower()), said)


def _check(history: History) -> bool | None:
    """Say whether the database is sound; None where it holds no table of a history."""
    if not any(_columns(history, name) for name in WHOLE):
        history.trouble(f"it is no history of failures: it has no table {', '.join(WHOLE)}")
        return None
    try:
        (answer,) = history.connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if "malformed" not in str(error):
            raise
        answer = str(error)
    if answer != "ok":
        history.trouble(MESSAGES["malformed"])
    return bool(answer == "ok")


def _columns(history: History, table: str) -> list[str]:
    rows = history.connection.execute(f"pragma table_info({table})").fetchall()
    return [str(row[1]).lower() for row in rows]


def _is_view(history: History, table: str) -> bool:
    query = "select 1 from sqlite_master where type = 'view' and lower(name) = ?"
    return history.connection.execute(query, (table,)).fetchone() is not None


def _read_table(
    history: History, table: str, reader: Callable[[History, Fields, str], None]
) -> bool:
    """Read a table; give whether that was all of it, as this version knows it."""
    found = _columns(history, table)
    if not found:
        history.trouble(f"it has no table {table}: another version of the schema")
        return False
    if _is_view(history, table):
        # Some versions of SQLite give NULL for the row ids of a view, and so no row at all.
        history.trouble(f"{table}: {MESSAGES['rowid']}")
        return False
    missing = [name for name in WHOLE[table] if name not in found]
    if missing:
        history.trouble(f"{table} has no column {', '.join(missing)}: another version")
    if set(missing) & set(NEEDED[table]):
        return False
    extra = set(found) - set(WHOLE[table]) - NO_FACTS.get(table, set())
    for name in sorted(extra):
        history.collected.report.skipped[f"column {name} of {table}, which is not known"] += 1
    columns = [name for name in WHOLE[table] if name in found]
    try:
        for row in _rows(history, table, columns):
            history.collected.report.lines += 1
            history.row_count += 1
            fields = dict(zip(columns, row[1:], strict=True))
            reader(history, fields, f"{history.name}, {table} {row[0]}")
    except NotReadError as error:
        history.trouble(str(error))
        return False
    return True


def _rows(history: History, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Give the rows by rowid, forwards; where that breaks off, then backwards up to there."""
    names = ", ".join(f'"{name}"' for name in columns)
    query = f"select rowid, {names} from {table} where rowid between ? and ? order by rowid"
    last, least = -MAX_ID - 1, MAX_ID
    try:
        while page := _page(history, query, last + 1, MAX_ID):
            yield from page
            last = page[-1][0]
            if last == MAX_ID:
                return
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


def _page(history: History, query: str, first: int, last: int) -> list[tuple[Any, ...]]:
    """Give a page of rows; where one of them is damaged, those before it."""
    cursor = history.connection.execute(f"{query} limit {ROWS_A_PAGE}", (first, last))
    rows: list[tuple[Any, ...]] = []
    try:
        rows.extend(cursor)
    except sqlite3.DatabaseError:
        if not rows:
            raise
    return rows


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


def _correlation(history: History, fields: Fields, where: str) -> None:
    problems = Problems()
    kind, value = text(fields["type"]), text(fields["value"])
    if kind is None or value is None:
        history.collected.report.skipped["correlation with nothing, or with unknown"] += 1
        return
    try:
        row = {
            "source": history.source,
            "correlation_type": kind,
            "correlation_value": value,
            "failure_count": count("failure_count", fields["failure_count"]),
            "first_seen_at": problems.read(instant, "first_seen", fields.get("first_seen")),
            "last_seen_at": problems.read(instant, "last_seen", fields.get("last_seen")),
        }
    except BadValueError as error:
        history.collected.reject(value, str(error), str(text(fields["failure_count"])), where)
        return
    history.collected.add(CORRELATIONS, row)
    _name_problems(history, problems, value, where)


READERS = {
    "failure_events": _event,
    "failure_solutions": _solution,
    "failure_correlations": _correlation,
}
