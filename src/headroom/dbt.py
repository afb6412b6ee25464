"""dbt, run as a separate process.

A process, because an adapter keeps its DuckDB handle as long as Python lives, and a held handle
makes every other reader and writer of the file fail.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headroom.connection import SECRET_VARIABLE, variables_for_dbt
from headroom.dbt_folders import WRITTEN, make_folders, project_folder, written_folder
from headroom.engine_errors import passing_reason
from headroom.environment import chosen_vars
from headroom.errors import UsageError
from headroom.settings import PROFILES_DIR, PROJECT_DIR, SOURCE_VARIABLE, Settings

# Of dbt's own variables only those that move or shape its files count: any other could change what
# is built, or hide how it ended. The two beginnings are for values that dbt itself never reads.
KEPT_VARIABLES = {
    *WRITTEN,
    "DBT_LOG_LEVEL_FILE",
    "DBT_LOG_FORMAT_FILE",
    "DBT_LOG_FILE_MAX_BYTES",
}
KEPT_BEGINNINGS = ("DBT_ENV_SECRET_", "DBT_ENV_CUSTOM_ENV_")
# What is given to dbt anyway is not worth a word where it says the same.
GIVEN = {"DBT_PROJECT_DIR": PROJECT_DIR, "DBT_PROFILES_DIR": PROFILES_DIR}

# An interrupted dbt may take so long to end its queries. What was not committed is not there.
SECONDS_TO_END = 10
# Read by the materialization of views.
ONLY_DATA_CHANGED = "HEADROOM_ONLY_DATA_CHANGED"
# The commands of dbt that need the server of HEADROOM_SOURCE_DSN: a report does without it.
READS_SOURCE = ("build",)
# So Python says which file it could not open.
_FILE_ERROR = re.compile(r"\[Errno \d+\] (?P<why>[^:\n]+): '(?P<path>[^'\n]+)'")
NODE_ERROR_EVENT = "RunResultError"
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
    `unique_id` is dbt's, `invocation` its name of this run; `seconds` are those that the node took.
    """

    name: str
    kind: str
    status: str
    rows: int
    total: int
    unique_id: str = ""
    invocation: str = ""
    seconds: float = 0


@dataclass
class DbtRun:
    """How a dbt command ended: exit code, results of its nodes, and what it said.

    `errors` are the messages of the nodes that an engine refused.
    """

    returncode: int = 0
    results: list[NodeResult] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def count(self, *statuses: str) -> int:
        """Count the nodes that ended with one of these statuses."""
        return len(self.ended(*statuses))

    def ended(self, *statuses: str) -> list[NodeResult]:
        """Give the nodes that ended with one of these statuses."""
        return [result for result in self.results if result.status in statuses]

    def names(self, *statuses: str) -> list[str]:
        """Name the nodes that ended with one of these statuses."""
        return [result.name for result in self.ended(*statuses)]


def is_ignored(variable: str) -> bool:
    """Tell whether dbt never sees a variable of the environment."""
    return (
        variable.startswith("DBT_")
        and variable not in KEPT_VARIABLES
        and not variable.startswith(KEPT_BEGINNINGS)
    )


def ignored_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Name the variables that a user set for dbt and that Headroom does not pass on."""
    return sorted(
        name
        for name, value in environment.items()
        if is_ignored(name) and not (name in GIVEN and Path(value).absolute() == GIVEN[name])
    )


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Give the environment dbt runs in: nothing in it leads to another project or database.

    Raises WarehouseUnavailableError where the server that dbt shall work on does not answer.
    """
    passed = {
        name: value
        for name, value in settings.environment().items()
        if not is_ignored(name) and name != SECRET_VARIABLE
    }
    passed["PYTHONUTF8"] = "1"
    # dbt works in the project's folder, and a user may name a folder as seen from another one.
    passed |= {name: str(written_folder(name)) for name in WRITTEN}
    return variables_for_dbt(passed) if settings.target == "postgres" else passed


def run_dbt(
    settings: Settings,
    arguments: list[str],
    on_result: Callable[[NodeResult], None] | None = None,
    *,
    variables: Mapping[str, object] | None = None,
    only_data_changed: bool = False,
) -> DbtRun:
    """Run dbt in the project with the settings' places; tell `on_result` of each finished node.

    `variables` are dbt's vars, beside those that the environment sets. With `only_data_changed` the
    views that are there stay as they are.

    Raises WarehouseUnavailableError where the database does not answer, and UsageError where dbt
    cannot write its files or a variable is wrong.
    """
    make_folders(arguments)
    project = project_folder()
    command = [str(Path(sys.executable).with_name("dbt")), "--log-format", "json", *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(PROFILES_DIR)]
    if chosen := {**chosen_vars(), **(variables or {})}:
        command += ["--vars", json.dumps(chosen)]
    run = DbtRun()
    environment = {
        **dbt_environment(settings),
        ONLY_DATA_CHANGED: "1" if only_data_changed else "",
    }
    if arguments[0] not in READS_SOURCE:
        environment.pop(SOURCE_VARIABLE, None)
    with (
        subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process,
        _ended_with_us(process, settings),
    ):
        for line in process.stdout or ():
            event = _event(line)
            message = event.get("info", {}).get("msg", line.rstrip())
            if message:
                run.messages.append(message)
            if event.get("info", {}).get("name") == NODE_ERROR_EVENT:
                run.errors.append(message)
            result = _result(event)
            if result:
                run.results.append(result)
                if on_result:
                    on_result(result)
    run.returncode = process.returncode
    if run.returncode and not run.names("error", "fail"):
        _require_files(run)
    return run


def _require_files(run: DbtRun) -> None:
    """Raise UsageError where dbt ended because it may not use a file that it writes."""
    for message in run.messages:
        found = _FILE_ERROR.search(message)
        if found and not passing_reason(message):
            raise UsageError(
                f"dbt cannot use its file {found['path']}: {found['why']}",
                "let this user write the file, or set DBT_TARGET_PATH and DBT_LOG_PATH to folders "
                "that can be written",
            )


@contextmanager
def _ended_with_us(process: subprocess.Popen[str], settings: Settings) -> Iterator[None]:
    """End dbt where this process is interrupted: it must not build on without the lock."""
    try:
        yield
    except BaseException:
        # dbt cancels its queries on a server. Those on a file end with the process.
        is_server = settings.target == "postgres"
        process.send_signal(signal.SIGINT if is_server else signal.SIGKILL)
        try:
            process.communicate(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


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
        str(node["unique_id"]),
        str(event["info"].get("invocation_id", "")),
        float(data.get("execution_time") or 0),
    )
