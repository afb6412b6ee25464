"""`headroom run`: what a scheduler gets, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_common.exceptions import DbtRuntimeError

from headroom.dbt import DbtRun, run_dbt
from headroom.errors import WarehouseUnavailableError
from headroom.lock import only_build
from headroom.publishing import publish
from headroom.settings import TARGETS
from tests.conftest import MakeProject
from tests.support.project import Project
from tests.support.raw import Row, definition_row, run_row, write_raw

AFTER_THE_FIX = datetime(2025, 12, 20, tzinfo=UTC)
HASH = md5(b"run it", usedforsecurity=False).hexdigest()


def runs(broken: int = 0, count: int = 5) -> list[Row]:
    """Runs after the fix, of which some lack their hash."""
    return [
        run_row(
            f"eks-{number}",
            command="run it",
            command_hash=None if number < broken else HASH,
            queued_at=AFTER_THE_FIX + timedelta(hours=number),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module", params=TARGETS)
def live(
    request: pytest.FixtureRequest,
    make_project: MakeProject,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    """A warehouse whose alerts go to a command that writes them down."""
    with make_project(request.param, "module") as project:
        folder = tmp_path_factory.mktemp("alerts")
        save = f"open({str(folder / 'said.jsonl')!r}, 'a').write(sys.stdin.read() + chr(10))"
        command = f'{sys.executable} -c "import sys; {save}"'
        project.variables["HEADROOM_ALERT_COMMAND"] = command
        project.variables["SAID"] = str(folder / "said.jsonl")
        yield project


def said(project: Project) -> list[str]:
    """Give the subjects of the messages that were sent."""
    file = Path(project.variables["SAID"])
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line)["subject"] for line in lines]


def run(project: Project, rows: list[Row], *options: str) -> subprocess.CompletedProcess[str]:
    with project.in_environment():
        write_raw(project.settings, rows, [definition_row()])
    return project.headroom("run", *options)


@pytest.mark.usually_on("postgres")
def test_a_regression_of_the_fix_is_told_once_and_held_until_it_is_over(live: Project) -> None:
    """The contract fails: the evidence is written, the marts below are held and say why."""
    assert run(live, runs()).returncode == 0
    assert said(live) == []
    outcome = run(live, runs(broken=2))
    assert outcome.returncode == 4
    assert "command_hash_is_never_null_after_the_fix" in outcome.stderr
    (subject,) = said(live)
    assert subject.startswith("Headroom: ") and subject.endswith(" new alerts")
    alerts = "select trouble_kind, subject, state from marts.operations__alerts order by 1, 2"
    contract = "command_hash_is_never_null_after_the_fix"
    opened = live.query(alerts)
    assert {("test", contract, "open"), ("null_hash", "command_hash", "open")} <= set(opened)
    assert live.query(
        "select null_hash_command_run_count from marts.flotilla__hash_health_daily"
    ) == [(2,)]
    held = "select held_because from marts.operations__marts where mart_name = '{}' and is_held"
    ((because,),) = live.query(held.format("flotilla__contaminations"))
    assert contract in because
    assert live.query(held.format("flotilla__hash_health_daily")) == []

    plan = live.headroom("plan").stdout
    assert "To build: flotilla (no build of it has ended well" in plan
    assert "  flotilla__runs: 1 changed parts of runs, 5 runs" in plan
    for command in (["doctor"], ["report", "impact"]):
        told = " ".join(live.headroom(*command).stdout.split())
        assert f"because of {contract}: flotilla__allocation_daily and " in told

    assert run(live, runs(broken=2)).returncode == 4
    assert len(said(live)) == 1
    # A view that was replaced took no view with it that is held.
    assert live.query("select count(*) from marts.flotilla__hashes_backfilled") == [(5,)]
    assert {state for _, _, state in live.query(alerts)} == {"ongoing"}

    outcome = run(live, runs(), "--log-format", "json")
    assert outcome.returncode == 0
    events = [json.loads(line)["event"] for line in outcome.stdout.splitlines()]
    assert events.count("alert") == len(opened)
    assert said(live)[1:] == [f"Headroom: {len(opened)} resolved alerts"]
    assert live.query(held.format("flotilla__contaminations")) == []
    builds = live.query(
        "select build_id, status, exit_code from marts.operations__builds order by 1"
    )
    assert builds == [(1, "succeeded", 0), (2, "failed", 4), (3, "failed", 4), (4, "succeeded", 0)]


def ends(group: int) -> bool:
    """Wait for the last process of a group to be gone."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.usually_on("duckdb")
def test_a_run_that_is_stopped_leaves_no_dbt_behind(live: Project) -> None:
    with live.in_environment():
        write_raw(live.settings, runs(), [definition_row()])
    command = [sys.executable, "-m", "headroom.cli", "run", "--full-refresh"]
    with subprocess.Popen(
        command, env=live.environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Building"):
                break
        time.sleep(4)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert ends(process.pid)
    last = "select status from headroom_operations.builds order by build_id desc limit 1"
    with live.in_environment(), only_build(live.settings):
        assert live.query(last) == [("stopped",)]
    again = live.headroom("run", "--since", "2025-12-20", "--until", "2025-12-21")
    assert again.returncode == 0, again.stderr
    assert "Built again: the days from 2025-12-20 to 2025-12-21" in again.stdout
    assert live.query(last) == [("succeeded",)]


def test_a_second_run_waits_as_long_as_it_may(live: Project) -> None:
    with live.in_environment(), only_build(live.settings):
        began = time.monotonic()
        outcome = live.headroom_process("run", "--wait", "1s")
        assert outcome.returncode == 8
        assert "another build is running: process" in " ".join(outcome.stderr.split())
        assert time.monotonic() - began >= 1


def test_a_database_that_does_not_answer_is_asked_until_the_deadline(live: Project) -> None:
    if live.engine == "duckdb":
        away = {"HEADROOM_DUCKDB_PATH": "/dev/null/warehouse.duckdb"}
    else:
        away = {"PGPORT": "1"}
    command = [sys.executable, "-m", "headroom.cli", "run", "--deadline", "7s"]
    outcome = subprocess.run(
        command, env={**live.environment(), **away}, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 5
    assert outcome.stdout.count("Trying again in 5 seconds") == 1
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--wait", "soon"], "--wait 'soon' is not a duration"),
        (["--report", "all"], "--report 'all' does not exist"),
        (["--scrub", "some"], "--scrub some is not valid"),
        (["--until", "2025-12-01"], "--until needs --since"),
        (["--since", "2025-12-02", "--until", "2025-12-01"], "ends before it begins"),
    ],
)
def test_invalid_options_are_refused_before_anything_is_done(
    live: Project, options: list[str], message: str
) -> None:
    outcome = live.headroom("run", *options)
    assert outcome.returncode == 2
    assert message in " ".join(outcome.stderr.split())


def test_a_wrong_webhook_is_refused_and_not_printed(live: Project) -> None:
    live.variables["HEADROOM_ALERT_WEBHOOK"] = "hunter2"
    try:
        outcome = live.headroom("run")
    finally:
        del live.variables["HEADROOM_ALERT_WEBHOOK"]
    assert outcome.returncode == 2
    assert "hunter2" not in outcome.stdout + outcome.stderr


@pytest.mark.usually_on("postgres")
def test_a_try_that_the_next_one_makes_up_for_is_not_told(
    live: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database stops the first try of each run; only the first run may try again."""
    tries = []

    def stopped_first(*arguments: Any, **more: Any) -> DbtRun:
        tries.append(arguments)
        if len(tries) != 2:
            raise WarehouseUnavailableError("the database stopped the build")
        return run_dbt(*arguments, **more)

    monkeypatch.setattr("headroom.build.run_dbt", stopped_first)
    monkeypatch.setattr(import_module("headroom.cli.run"), "PAUSES", (0.1,))
    before = said(live)
    outcome = run(live, runs(count=6), "--deadline", "1m")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.count("Trying again in") == 1
    assert said(live) == before
    assert run(live, runs(count=7)).returncode == 5
    assert said(live) == [*before, "Headroom: 1 new alert"]


@pytest.fixture
def file(make_project: MakeProject) -> Iterator[Project]:
    with make_project("duckdb", "test") as project:
        project.execute(
            "create schema headroom_operations; create table headroom_operations.x (i int)"
        )
        yield project


def test_readers_of_a_published_copy_never_find_half_of_it(file: Project, tmp_path: Path) -> None:
    """A reader keeps the copy that it has open; the next one opens the new copy."""
    copy = tmp_path / "published.duckdb"
    publish(file.settings, copy)
    count = "select count(*) from headroom_operations.x"
    with duckdb.connect(str(copy), read_only=True) as old:
        file.execute("insert into headroom_operations.x values (1)")
        published = publish(file.settings, copy)
        assert old.execute(count).fetchone() == (0,)
    assert published.size_mb > 0
    with duckdb.connect(str(copy), read_only=True) as new:
        assert new.execute(count).fetchone() == (1,)
    assert list(tmp_path.iterdir()) == [copy]


def test_what_is_not_ours_is_not_replaced_by_a_copy(file: Project, tmp_path: Path) -> None:
    text, database = tmp_path / "notes.txt", tmp_path / "other.duckdb"
    text.write_text("mine")
    duckdb.connect(str(database)).close()
    for place, reason in (
        (text, "is not a DuckDB file"),
        (database, "did not make"),
        (file.settings.duckdb_path, "names the warehouse itself"),
    ):
        outcome = file.headroom("run", "--publish", str(place))
        assert outcome.returncode == 2, outcome.stderr
        assert reason in " ".join(outcome.stderr.split())
    assert text.read_text() == "mine"


def test_plain_dbt_refuses_to_start_beside_a_build(make_project: MakeProject) -> None:
    """On a server; a DuckDB file is locked by its engine."""
    seed = ("seed", "--select", "thresholds")
    with make_project("postgres", "test") as project:
        with (
            project.in_environment(),
            only_build(project.settings),
            pytest.raises(DbtRuntimeError, match=f"another build is running: .* {os.getpid()} "),
        ):
            project.dbt(*seed)
        assert project.dbt(*seed) == {"thresholds": "success"}
