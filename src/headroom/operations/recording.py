"""A record of each build: when, how it ended, how each node did. The marts `operations__*` show it.

A record never fails a build: where it cannot be written, `BuildRecord.lost_because` says why.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
from packaging.version import Version

from headroom.dbt import NodeResult
from headroom.errors import (
    HeadroomError,
    SourceRejectedError,
    WarehouseUnavailableError,
)
from headroom.lock import Holder
from headroom.operations.artifacts import read_artifacts
from headroom.operations.tables import SCHEMA, create_sql, instant, quoted
from headroom.printable import printable
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

TABLES = ("builds", "node_runs")
# A reason is a sentence, not a listing.
LONGEST_REASON = 2000
# Nodes of builds that are older are forgotten; the builds themselves stay.
KEPT_DAYS = 90
_NODES = pa.schema(
    [
        ("build_id", pa.int64()),
        ("node_name", pa.string()),
        ("node_kind", pa.string()),
        ("status", pa.string()),
        ("seconds", pa.float64()),
        ("parts_made", pa.int64()),
        ("failing_rows", pa.int64()),
        ("held_by", pa.string()),
    ]
)


@dataclass
class BuildRecord:
    """What is written down of one build.

    `domains` are those that were made, `results` what dbt said of its nodes. `lost_because` says
    why nothing could be written; empty where all is.
    """

    settings: Settings
    is_full_refresh: bool = False
    build_id: int | None = None
    domains: tuple[str, ...] = ()
    results: list[NodeResult] = field(default_factory=list)
    status: str = "running"
    lost_because: str = ""

    def begin(self, holder: Holder) -> None:
        """Say that a build runs. Who holds the lock knows that no other does: it was killed."""

        def write(warehouse: Warehouse) -> None:
            for table in TABLES:
                warehouse.execute("; ".join(create_sql(table)))
            last = warehouse.scalar(f"select max(build_id) from {SCHEMA}.builds")
            number = int(last or 0) + 1
            warehouse.execute(
                f"update {SCHEMA}.builds set status = 'killed', ended_at = null"
                " where status = 'running';"
                f" insert into {SCHEMA}.builds (build_id, started_at, status, host, process_id,"
                " headroom_version, target, is_full_refresh)"
                f" values ({number}, {instant(holder.since.isoformat())}, 'running',"
                f" {quoted(holder.host)}, {holder.pid}, {quoted(version('headroom'))},"
                f" {quoted(self.settings.target)}, {str(self.is_full_refresh).lower()})"
            )
            self.build_id = number

        self._write(write)

    def end(self, status: str, exit_code: int, reason: str = "") -> None:
        """Say how it ended, and how each node did."""
        self.status = status
        if self.build_id is None:
            return

        def write(warehouse: Warehouse) -> None:
            count = self._count
            warehouse.execute(
                f"delete from {SCHEMA}.node_runs where build_id in (select build_id from"
                f" {SCHEMA}.builds where started_at < current_timestamp - interval"
                f" '{KEPT_DAYS} days')"
            )
            # Of a build with nothing new, which also must not wait for what making rows imports.
            if self.results:
                warehouse.load(f"{SCHEMA}.node_runs", [self._nodes()])
            warehouse.execute(
                f"update {SCHEMA}.builds set"
                f" ended_at = {instant(datetime.now(UTC).isoformat())},"
                f" status = {quoted(status)},"
                f" exit_code = {exit_code},"
                f" reason = {quoted(printable(reason)[:LONGEST_REASON])},"
                f" domains = {quoted(', '.join(self.domains))},"
                f" pull_number = {self._pull(warehouse)},"
                f" models_made = {count('success', 'no-op', kinds=('model', 'snapshot', 'seed'))},"
                f" nodes_skipped = {count('skipped')},"
                f" tests_passed = {count('pass')},"
                f" tests_warned = {count('warn')},"
                f" tests_failed = {count('fail')},"
                f" nodes_failed = {count('error')}"
                f" where build_id = {self.build_id}"
            )

        self._write(write)

    def _write(self, write: Callable[[Warehouse], None]) -> None:
        try:
            with open_warehouse(self.settings) as warehouse:
                write(warehouse)
        except (HeadroomError, psycopg.Error, duckdb.Error) as error:
            self.lost_because = printable(str(error).splitlines()[0])

    def _count(self, *statuses: str, kinds: Sequence[str] = ()) -> int:
        return sum(
            result.status in statuses and (not kinds or result.kind in kinds)
            for result in self.results
        )

    def _pull(self, warehouse: Warehouse) -> str:
        """Give the number of the pull that this build made; SQL's NULL where it made none."""
        pulled = [result for result in self.results if result.name == "base_flotilla__task_pulled"]
        if not pulled or pulled[0].status != "success":
            return "null"
        return str(int(warehouse.scalar(f"select max(pull_number) from {SCHEMA}.pulls")))

    def _nodes(self) -> pa.RecordBatch:
        failed = [result.unique_id for result in self.results if result.status in ("fail", "error")]
        is_any_skipped = any(result.status == "skipped" for result in self.results)
        invocation = self.results[0].invocation if self.results else ""
        said = read_artifacts(invocation, with_parents=is_any_skipped)
        rows: list[dict[str, Any]] = []
        for result in self.results:
            held_by = said.held_by(result.unique_id, failed) if result.status == "skipped" else []
            rows.append(
                {
                    "build_id": self.build_id,
                    "node_name": result.name,
                    "node_kind": result.kind,
                    "status": result.status,
                    "seconds": result.seconds,
                    "parts_made": said.parts.get(result.unique_id),
                    "failing_rows": result.rows if result.kind == "test" else None,
                    "held_by": ", ".join(name.split(".")[2] for name in held_by) or None,
                }
            )
        return pa.RecordBatch.from_pylist(rows, schema=_NODES)


@contextmanager
def recorded(record: BuildRecord, holder: Holder) -> Iterator[BuildRecord]:
    """Write down that a build begins, and however it ends."""
    record.begin(holder)
    try:
        yield record
    except HeadroomError as error:
        record.end(_status_of(error), error.exit_code, error.message)
        raise
    except (KeyboardInterrupt, SystemExit) as error:
        code = error.code if isinstance(error, SystemExit) else 130
        record.end("stopped", code if isinstance(code, int) else 1, "it was interrupted")
        raise
    except BaseException as error:
        record.end("failed", 1, f"an error of Headroom: {type(error).__name__}")
        raise
    record.end("succeeded" if record.results else "unchanged", 0)


def require_not_newer(warehouse: Warehouse) -> None:
    """Refuse a warehouse that a newer Headroom built: its tables may mean something else.

    Raises WarehouseUnavailableError.
    """
    if "builds" not in warehouse.readable(SCHEMA):
        return
    known = warehouse.query(f"select distinct headroom_version from {SCHEMA}.builds").rows
    own = Version(version("headroom"))
    newer = [found for (text,) in known if text and (found := Version(str(text))) > own]
    if newer:
        raise WarehouseUnavailableError(
            f"this warehouse was built by Headroom {max(newer)}, and this is Headroom {own}",
            "upgrade Headroom here; an older version would read its tables wrongly",
        )


def _status_of(error: HeadroomError) -> str:
    if isinstance(error, SourceRejectedError):
        return "refused"
    return "unavailable" if isinstance(error, WarehouseUnavailableError) else "failed"
