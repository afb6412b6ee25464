"""A live Flotilla beside a build: a thread that queues, starts, ends, corrects and deletes runs."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from headroom.connection import connect
from tests.support.project import Project

LARGEST_TRANSACTION = 5
FIX = "'2025-12-17 00:00:00+00'"
# What a correction writes into each column that a model reads. A hash follows its text, and no run
# moves across the fix: a hash that breaks the contract is for the tests that plant one.
CORRECTIONS = {
    "definition_id": "(select max(definition_id) from flotilla.task_def)",
    "alias": "alias || ' again'",
    "engine": "case when engine = 'eks' then 'eks-spark' else 'eks' end",
    "status": "case when status = 'STOPPED' then 'NEEDS_RETRY' else 'STOPPED' end",
    "image": "image || '-again'",
    "cluster_name": "'batch-north'",
    "instance_dns_name": "'ip-10-0-99-99.ec2.internal'",
    "node_lifecycle": "case when node_lifecycle = 'spot' then 'ondemand' else 'spot' end",
    "group_name": "'another-team'",
    "user": "'another.user'",
    "tier": "'Tier3'",
    "queued_at": f"queued_at - case when queued_at >= {FIX} and queued_at < timestamptz {FIX}"
    " + interval '1 day' then interval '0' else interval '1 day' end",
    "started_at": "started_at - interval '1 second'",
    "finished_at": "finished_at + interval '1 day'",
    "exit_code": "case when exit_code = 0 then 137 else 0 end",
    "exit_reason": "case when exit_reason is null then 'OOMKilled' end",
    "memory": "memory + 64",
    "memory_limit": "memory_limit + 64",
    "max_memory_used": "coalesce(max_memory_used, 0) + 16",
    "cpu": "coalesce(cpu, 0) + 250",
    "gpu": "case when gpu is null then 1 end",
    "attempt_count": "coalesce(attempt_count, 0) + 1",
    "active_deadline_seconds": "active_deadline_seconds + 60",
    "command": "nullif(command, '') || ' --again'",
    "description": "description || ' again'",
    "command_hash": f"case when queued_at < {FIX} then md5('client ' || run_id)"
    " else command_hash end",
    "pod_name": "run_id || '-pod-again'",
    "pod_events": """'[{"message": "Stopping container", "reason": "Killing"}]'""",
}
# What a run that was just queued does not have yet.
UNKNOWN = (
    "started_at",
    "finished_at",
    "exit_code",
    "exit_reason",
    "memory",
    "memory_limit",
    "max_memory_used",
    "max_cpu_used",
    "instance_id",
    "instance_dns_name",
    "pod_name",
    "pod_events",
    "attempt_count",
)
Action = Callable[[], str | None]


class LiveWriter:
    """Write to a project's raw tables on PostgreSQL, as long as the `with` block lasts.

    `counts` says how many runs it queued, started, ended, corrected and deleted; `corrected` and
    `deleted` say which. Its own error is raised at the end of the block.
    """

    def __init__(
        self,
        project: Project,
        rows_a_second: float,
        *,
        correcting: float = 0.05,
        deleting: float = 0.0001,
        seed: int = 1,
    ) -> None:
        self.project = project
        self.rows_a_second = rows_a_second
        self.counts: Counter[str] = Counter()
        self.corrected: list[tuple[str, str]] = []
        self.deleted: list[str] = []
        self._chance = random.Random(seed)  # noqa: S311
        living = (1 - correcting - deleting) / 3
        self._actions: tuple[Action, ...] = (
            self._queue, self._start, self._end, self._correct, self._delete,
        )  # fmt: skip
        self._weights = (living, living, living, correcting, deleting)
        self._stopped = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="live writer")

    def __enter__(self) -> Self:
        with self.project.in_environment():
            self._connection = connect()
        self._began = time.monotonic()
        self._newest: datetime = self._value("select max(queued_at) from flotilla.task")
        self._queued = self._open("QUEUED", "PENDING")
        self._running = self._open("RUNNING")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()
        self._connection.close()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        written = 0
        try:
            while not self._stopped.is_set():
                size = self._chance.randint(1, LARGEST_TRANSACTION)
                with self._connection.transaction():
                    for action in self._chance.choices(self._actions, self._weights, k=size):
                        # Where there is nothing to start, end or correct, another run is queued.
                        self.counts[action() or self._queue()] += 1
                written += size
                due = self._began + written / self.rows_a_second
                self._stopped.wait(max(0, due - time.monotonic()))
        except Exception as error:
            self._error = error

    @property
    def now(self) -> datetime:
        """The source's clock: it goes on from its newest run."""
        return self._newest + timedelta(seconds=time.monotonic() - self._began)

    def _value(self, sql: str, *values: Any) -> Any:
        row = self._connection.execute(sql.encode(), values).fetchone()
        return row and row[0]

    def _open(self, *statuses: str) -> list[str]:
        found = self._connection.execute(
            "select run_id from flotilla.task where status = any(%s)"
            " and queued_at > %s - interval '8 days' order by run_id",
            [list(statuses), self._newest],
        )
        return [run_id for (run_id,) in found]

    def _any_run(self, since: datetime) -> str | None:
        """Choose a run that has ended, next to a random moment."""
        moment = since + self._chance.random() * (self._newest - since)
        found: str | None = self._value(
            "select run_id from flotilla.task where queued_at <= %s and status = 'STOPPED'"
            " order by queued_at desc limit 1",
            moment,
        )
        return found

    def _taken(self, runs: list[str]) -> str | None:
        return runs.pop(self._chance.randrange(len(runs))) if runs else None

    def _queue(self) -> str:
        """Queue a run like one of the last hours."""
        like = self._any_run(self._newest - timedelta(hours=6))
        if like is None:
            raise LookupError("the fleet has no run that ended")
        run_id = f"eks-{uuid4()}"
        new = {
            **dict.fromkeys(UNKNOWN),
            "run_id": run_id,
            "status": "QUEUED",
            "queued_at": self.now.isoformat(),
        }
        self._connection.execute(
            "insert into flotilla.task select (jsonb_populate_record(task, %s)).*"
            " from flotilla.task where run_id = %s",
            [json.dumps(new), like],
        )
        self._queued.append(run_id)
        return "queued"

    def _start(self) -> str | None:
        run_id = self._taken(self._queued)
        if run_id is None:
            return None
        self._connection.execute(
            """
            update flotilla.task as task
            set status = 'RUNNING', started_at = %s, memory = greatest(512, task_def.memory),
                memory_limit = greatest(512, task_def.memory), attempt_count = 1,
                instance_dns_name = 'ip-10-0-0-10.ec2.internal', pod_name = task.run_id || '-pod'
            from flotilla.task as same
            left join flotilla.task_def as task_def on same.definition_id = task_def.definition_id
            where task.run_id = %s and same.run_id = task.run_id
            """,
            [self.now, run_id],
        )
        self._running.append(run_id)
        return "started"

    def _end(self) -> str | None:
        run_id = self._taken(self._running)
        if run_id is None:
            return None
        code, reason = self._chance.choices(
            ((0, None), (1, "Error"), (137, "OOMKilled")), (0.9, 0.05, 0.05)
        )[0]
        self._connection.execute(
            "update flotilla.task set status = 'STOPPED', finished_at = %s, exit_code = %s,"
            " exit_reason = %s, max_memory_used = memory / 2 where run_id = %s",
            [self.now, code, reason, run_id],
        )
        return "ended"

    def _correct(self) -> str | None:
        run_id = self._any_run(self._oldest())
        if run_id is None:
            return None
        column = self._chance.choice(list(CORRECTIONS))
        changes = {column: CORRECTIONS[column]}
        if column in ("command", "description"):
            changes["command_hash"] = (
                f"case when command_hash = md5({column}) then md5({CORRECTIONS[column]})"
                " else command_hash end"
            )
        assignments = ", ".join(f'"{name}" = {value}' for name, value in changes.items())
        self._connection.execute(
            f"update flotilla.task set {assignments} where run_id = %s".encode(), [run_id]
        )
        self.corrected.append((run_id, column))
        return "corrected"

    def _delete(self) -> str | None:
        run_id = self._any_run(self._oldest())
        if run_id is None:
            return None
        self._connection.execute("delete from flotilla.task where run_id = %s", [run_id])
        self.deleted.append(run_id)
        return "deleted"

    def _oldest(self) -> datetime:
        oldest: datetime = self._value("select min(queued_at) from flotilla.task")
        return oldest
