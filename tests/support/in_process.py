"""The command line and dbt inside the test's process: no start-up of seconds for each call."""

import contextlib
import io
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.nodes import SeedNode

from headroom.cli import main
from headroom.settings import PROJECT_DIR
from tests.support.parse import environment_of, manifest_for
from tests.support.quick_dbt import make_dbt_quick

make_dbt_quick()


def dbt(
    arguments: list[str], environment: Mapping[str, str], project: Path = PROJECT_DIR
) -> dbtRunnerResult:
    """Run dbt with these variables, on the shared parse; a copy of the project has other seeds."""
    manifest = manifest_for(environment)
    if manifest and project != PROJECT_DIR:
        for node in manifest.nodes.values():
            if isinstance(node, SeedNode):
                node.root_path = str(project)
    with environment_of(environment):
        try:
            return dbtRunner(manifest=manifest).invoke(arguments)
        finally:
            reset_adapters()
            # The adapter would hold the DuckDB file for the life of this process.
            DuckDBConnectionManager.close_all_connections()


class DbtProcess:
    """What headroom.dbt starts as a process: here dbt runs in this one, and then it is read."""

    def __init__(self, command: list[str], *, env: Mapping[str, str], cwd: Path, **_: Any) -> None:
        printed = io.StringIO()
        with redirect_stdout(printed), chdir(cwd):
            # A test of dbt's artifacts starts a process.
            outcome = dbt([*command[1:], "--no-write-json"], env)
        if outcome.exception:
            printed.write(f"{outcome.exception}\n")
        self.returncode = 0 if outcome.success else 2 if outcome.exception else 1
        self.stdout: Iterator[str] = iter(printed.getvalue().splitlines(keepends=True))

    def __enter__(self) -> "DbtProcess":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_signal(self, _number: int) -> None:
        """Do nothing: dbt has ended."""

    def communicate(self, timeout: float) -> None:
        """Do nothing: what it said is there."""


DBT_IN_PROCESS = SimpleNamespace(
    Popen=DbtProcess, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT, DEVNULL=subprocess.DEVNULL
)


def without_a_process() -> AbstractContextManager[Any]:
    """Let what calls dbt get it in this process as long as the block lasts."""
    return patch("headroom.dbt.subprocess", DBT_IN_PROCESS)


def headroom(
    arguments: tuple[str, ...], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Call the command line as its entry point does; give what a separate process would give."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(environment_of(environment))
        stack.enter_context(patch.object(sys, "argv", ["headroom", *arguments]))
        stack.enter_context(without_a_process())
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(errors))
        code = _exit_code(errors)
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), errors.getvalue())


def _exit_code(errors: io.StringIO) -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:
        errors.write(traceback.format_exc())
        return 1
    return 0
