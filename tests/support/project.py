"""A warehouse of a test's own, with dbt run inside the test's process: a build takes a second."""

import io
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.nodes import CompiledNode

from headroom.domains import Inventory, Plan, decide
from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import open_warehouse
from tests.support import in_process
from tests.support.parse import environment_of
from tests.support.raw import open_raw

OWN_SCHEMAS = (
    "marts",
    "headroom_staging",
    "headroom_intermediate",
    "headroom_reference",
    "headroom_landed",
    "headroom_snapshots",
    "headroom_operations",
)
# What a test of Flotilla's marts leaves out: the domains that logs fill.
WITHOUT_LOGS = (
    "--exclude",
    "path:models/*/builds",
    "path:models/*/failures",
    "path:models/*/waste",
    "path:models/*/throughput",
    "path:models/*/operations",
    # Reads figures that operations keep.
    "path:models/*/effects",
    "path:seeds/landed",
    "test_type:unit",
)
# Flotilla's tables alone: their data tests have a separate file.
TABLES = ("--resource-type", "model", "seed", "snapshot")
FLOTILLA = ("build", *TABLES, *WITHOUT_LOGS)


@dataclass
class Project:
    """The project on one engine: `dbt` runs a command and gives each node's status.

    `failures` are the rows that each test of the last command found.
    """

    settings: Settings
    variables: dict[str, str]
    failures: dict[str, int | None] = field(default_factory=dict)

    @property
    def engine(self) -> str:
        return self.settings.target

    def environment(self) -> dict[str, str]:
        """The variables with which another process (headroom, dbt) works on this warehouse."""
        return {**self.settings.environment(), **self.variables}

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Let this process work on this warehouse as long as the block lasts, dbt included."""
        with environment_of(self.environment()), in_process.without_a_process():
            yield

    def dbt(
        self, *arguments: str, succeeds: bool = True, project: Path = PROJECT_DIR
    ) -> dict[str, str]:
        """Run dbt on the project (or a copy of it); give the status of each node by its name."""
        outcome = self._invoke(arguments, project)
        results: Any = [r for r in outcome.result if r.node.resource_type != "operation"]
        statuses = {result.node.name: str(result.status) for result in results}
        self.failures = {result.node.name: result.failures for result in results}
        problems = [f"{r.node.name}: {r.message}" for r in results if r.status in ("error", "fail")]
        assert outcome.success == succeeds, problems
        return statuses

    def compiled(self, *asked: str) -> str:
        """Give the SQL that dbt makes of one model (--select) or of a text (--inline)."""
        return str(self.compiled_nodes(*asked)[0].compiled_code)

    def compiled_nodes(self, *asked: str) -> list[CompiledNode]:
        """Give the nodes that dbt compiles."""
        # dbt prints what it compiles, however quiet it shall be.
        with redirect_stdout(io.StringIO()):
            outcome = self._invoke(("compile", *asked), PROJECT_DIR)
        return [result.node for result in outcome.result.results]

    def named(self, *selection: str) -> set[str]:
        """Give the names of the nodes that a selection selects."""
        outcome = self._invoke(("ls", "--output", "name", "--select", *selection), PROJECT_DIR)
        return set(outcome.result)

    def _invoke(self, arguments: Iterable[str], project: Path) -> dbtRunnerResult:
        folder = Path(self.environment()["DBT_TARGET_PATH"])
        common = ["--project-dir", str(project), "--target-path", str(folder), "--quiet"]
        common += ["--no-write-json", "--log-path", str(folder)]
        outcome = in_process.dbt([*arguments, *common], self.environment(), project)
        if outcome.exception:
            raise outcome.exception
        return outcome

    def headroom(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the command line in this process: for exit codes, messages and what it did."""
        return in_process.headroom(arguments, self.environment())

    def headroom_process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as its user does: for locks, signals, encodings and artifacts."""
        command = [sys.executable, "-m", "headroom.cli", *arguments]
        return subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, check=False
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.in_environment(), open_warehouse(self.settings, read_only=True) as warehouse:
            return warehouse.query(sql).rows

    def execute(self, sql: str) -> None:
        with self.in_environment(), open_warehouse(self.settings) as warehouse:
            warehouse.execute(sql)

    def execute_raw(self, sql: str) -> None:
        """Change the raw tables, where they are."""
        with self.in_environment(), open_raw(self.settings) as warehouse:
            warehouse.execute(sql)

    def drop_own_schemas(self) -> None:
        """Forget everything that was built, so that the next build is the first one."""
        for schema in OWN_SCHEMAS:
            self.execute(f"drop schema if exists {schema} cascade")


@contextmanager
def without_marts_on_failures() -> Iterator[None]:
    """Let `headroom build` in this process make Flotilla's marts alone, as long as the block lasts.

    It makes the marts on failures of the same runs, which is as much again.
    """

    def decide_without(found: Inventory, settings: Settings) -> Plan:
        plan = decide(found, settings)
        return replace(plan, built=tuple(name for name in plan.built if name != "failures"))

    with patch("headroom.build.decide", decide_without):
        yield


def copy_of_the_seeds(folder: Path) -> Path:
    """Copy the project without what dbt parses: a test may put other rows into its seeds."""
    for name in ("profiles", "seeds"):
        shutil.copytree(PROJECT_DIR / name, folder / name)
    shutil.copy(PROJECT_DIR / "dbt_project.yml", folder)
    return folder
