"""dbt, run as a process of its own.

A process, because an adapter keeps its DuckDB handle as long as Python lives, and a held handle
makes every other reader and writer of the file fail.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headroom.settings import PROJECT_DIR, Settings

RESULT_EVENTS = {
    "LogModelResult",
    "LogNodeNoOpResult",
    "LogSeedResult",
    "LogSnapshotResult",
    "LogTestResult",
    "SkippingDetails",
}


@dataclass(frozen=True)
class NodeResult:
    """A node (model, seed, snapshot, test) that dbt is done with.

    `rows` are the rows a test found; `total` is the number of nodes of the whole command.
    """

    name: str
    kind: str
    status: str
    rows: int
    total: int


@dataclass
class DbtRun:
    """How a dbt command ended: exit code, results of its nodes, and what it said."""

    returncode: int = 0
    results: list[NodeResult] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def count(self, *statuses: str) -> int:
        """Count the nodes that ended with one of these statuses."""
        return len(self.ended(*statuses))

    def ended(self, *statuses: str) -> list[NodeResult]:
        """Give the nodes that ended with one of these statuses."""
        return [result for result in self.results if result.status in statuses]

    def names(self, *statuses: str) -> list[str]:
        """Name the nodes that ended with one of these statuses."""
        return [result.name for result in self.ended(*statuses)]


def run_dbt(
    settings: Settings,
    arguments: list[str],
    on_result: Callable[[NodeResult], None] | None = None,
) -> DbtRun:
    """Run dbt in the project with the settings' places; tell `on_result` of each finished node."""
    command = [str(Path(sys.executable).with_name("dbt")), "--log-format", "json", *arguments]
    run = DbtRun()
    with subprocess.Popen(
        command,
        cwd=PROJECT_DIR,
        env=settings.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            event = _event(line)
            message = event.get("info", {}).get("msg", line.rstrip())
            if message:
                run.messages.append(message)
            result = _result(event)
            if result:
                run.results.append(result)
                if on_result:
                    on_result(result)
    run.returncode = process.returncode
    return run


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return event if isinstance(event, dict) else {}


def _result(event: dict[str, Any]) -> NodeResult | None:
    if event.get("info", {}).get("name") not in RESULT_EVENTS:
        return None
    data = event["data"]
    node = data["node_info"]
    status = str(data.get("status", node["node_status"])).lower()
    # Adapters put their own words behind a success, as in "INSERT 2".
    known = ("pass", "warn", "fail", "error", "skipped", "no-op")
    return NodeResult(
        node["node_name"],
        node["resource_type"],
        next((word for word in known if status.startswith(word)), "success"),
        int(data.get("num_failures") or 0),
        int(data.get("total", data.get("num_models", 0))),
    )
