"""Failures from the file to the landed tables: the same on both engines and by every way."""

import csv
import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headroom.cli import app
from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import landed_tables
from headroom.loads.failures import Options, load_failures, record_solution
from headroom.loads.tally import Tally
from headroom.settings import PROJECT_DIR, Settings
from tests.support.canonical import export_tables
from tests.support.check_history import FOLDER, LAST_DAY, SCHEMA
from tests.support.project import Project, copy_of_the_seeds

PUBLISHED = PROJECT_DIR / "tests" / "expected" / "failures_published.csv"
LANDED = [table.relation for table in landed_tables().values()]
SOLUTIONS = "headroom_landed.landed_failure_solutions"


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, LANDED)


def load(project: Project, *paths: Path, **options: Any) -> Tally:
    with project.in_environment():
        return load_failures(project.settings, [str(path) for path in paths], Options(**options))


def history(path: Path, *solutions: tuple[str, int, int]) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        database.executemany(
            "insert into failure_solutions"
            " (failure_type, description, success_count, failure_count)"
            " values ('OOMKilled', ?, ?, ?)",
            solutions,
        )
        database.commit()
    return path


def solutions(project: Project) -> list[tuple[Any, ...]]:
    return project.query(
        f"select source, description, success_count, failure_count from {SOLUTIONS}"
        " order by source, description"
    )


def published() -> list[tuple[int, str, str, int]]:
    with PUBLISHED.open(encoding="utf-8", newline="") as lines:
        return [
            (int(row["window_days"]), row["measure"], row["name"], int(row["value"]))
            for row in csv.DictReader(lines)
        ]


def test_the_published_figures_hold_and_both_engines_hold_the_same(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert load(project, FOLDER).is_clean
    other = Settings("duckdb", tmp_path_factory.mktemp("other") / "x.duckdb", "none")
    load_failures(other, [str(FOLDER)], Options())
    tables = [name for name in LANDED if "failure" in name or "pods" in name or "kuber" in name]
    with project.in_environment():
        assert export_tables(project.settings, tables) == export_tables(other, tables)

    end = datetime(*LAST_DAY.timetuple()[:3], tzinfo=UTC) + timedelta(days=1)
    events = project.query(
        "select occurred_at, project, failure_type, node_name, container_image, job_name, pod_name"
        " from headroom_landed.landed_failure_events"
    )
    pods = project.query("select node_name, pod_name from headroom_landed.landed_pods")
    measures: dict[str, Callable[[list[Any], str], int]] = {
        "failures": lambda rows, _: len(rows),
        "projects": lambda rows, _: len({row[1] for row in rows}),
        "failure_types": lambda rows, _: len({row[2] for row in rows}),
        "failures_of_project": lambda rows, name: sum(row[1] == name for row in rows),
        "failures_of_type": lambda rows, name: sum(row[2] == name for row in rows),
        "failures_of_type_in_ml_team": lambda rows, name: sum(
            row[1:3] == ("ml-team", name) for row in rows
        ),
        "failures_of_node": lambda rows, name: sum(row[3] == name for row in rows),
        "failures_of_image": lambda rows, name: sum(row[4] == name for row in rows),
        "jobs_of_node": lambda rows, name: len({row[5] for row in rows if row[3] == name}),
        "attempts_of_node": lambda _, name: sum(row[0] == name for row in pods),
    }
    for days, measure, name, value in published():
        window = [row for row in events if end - timedelta(days=days) <= row[0] < end]
        assert measures[measure](window, name) == value, (days, measure, name)
    recent = {row[6] for row in events if row[0] >= end - timedelta(days=7)}
    assert recent <= {row[1] for row in pods}


def test_reload_and_any_order_change_nothing(project: Project) -> None:
    files = sorted(FOLDER.iterdir())
    load(project, *files)
    before = landed(project)
    again = load(project, *reversed(files))
    assert landed(project) == before
    assert {(one.new, one.changed, one.removed) for one in again.landed} == {(0, 0, 0)}


def test_a_database_replaces_the_solutions_of_its_source_only(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "mine.db"
    load(project, history(path, ("more memory", 6, 1), ("fewer batches", 2, 1)))
    load(project, history(tmp_path / "theirs.db", ("more memory", 1, 0)))
    with project.in_environment():
        recorded = record_solution(
            project.settings, "OOMKilled", "more memory, no swap", worked=False
        )
    assert recorded.description == "more memory, no swap"
    tally = load(project, history(path, ("more memory", 7, 1)))
    assert [one.removed for one in tally.landed if "solutions" in one.table] == [1]
    kept = [
        ("mine", "more memory", 7, 1),
        ("recorded", "more memory, no swap", 0, 1),
        ("theirs", "more memory", 1, 0),
    ]
    assert solutions(project) == kept
    # A database that lost them all, and one that is damaged: only the first takes them away.
    raw = bytearray(history(path).read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "mine.db").write_bytes(raw)
    assert not load(project, tmp_path / "damaged" / "mine.db").is_clean
    assert solutions(project) == kept
    load(project, history(path))
    assert solutions(project) == kept[1:]


def pods(path: Path, *states: tuple[str, dict[str, Any]]) -> Path:
    listed = [
        {
            "kind": "Pod",
            "metadata": {"name": name},
            "status": {"phase": "x", "containerStatuses": [{"state": state}]},
        }
        for name, state in states
    ]
    path.write_text(json.dumps({"kind": "List", "items": listed}))
    return path


@pytest.mark.parametrize("by_seed", [False, True])
def test_an_older_listing_takes_nothing_back(
    project: Project, tmp_path: Path, by_seed: bool
) -> None:
    began = {"startedAt": "2026-01-20T11:00:00Z"}
    again = {"startedAt": "2026-01-20T11:30:00Z"}
    before = pods(tmp_path / "a.json", ("p", {"running": began}), ("q", {"waiting": {}}))
    after = pods(tmp_path / "b.json", ("p", {"running": again}), ("q", {"running": began}))
    load(project, after, source="s")
    newest = landed(project)
    if by_seed:
        checkout = copy_of_the_seeds(tmp_path / "checkout")
        load(project, before, source="s", csv_folder=checkout / "seeds" / "landed")
        project.dbt("seed", "--select", "landed_pods", project=checkout)
    else:
        load(project, before, source="s")
        load(project, after, before, source="s")
    assert landed(project) == newest
    load(project, before, after, source="s")
    assert landed(project) == newest
    project.execute("delete from headroom_landed.landed_pods")
    load(project, before, source="s")
    load(project, after, source="s")
    assert landed(project) == newest


def test_record_solution_as_its_user_does(project: Project) -> None:
    command = ("failures", "record-solution", "--type", "oomkilled", "--description", "more")
    said = project.headroom(*command, "--worked")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Recorded for OOMKilled: more (worked)" in said.stdout
    assert "It counts from the next `headroom build` on." in said.stdout.replace("\n", " ")
    with project.in_environment():
        for outcome in ([], ["--worked", "--failed"]):
            result = CliRunner().invoke(app, [*command, *outcome])
            assert isinstance(result.exception, UsageError)
        for worked in (True, False):
            record_solution(project.settings, "OOMKilled", "more", worked=worked)
        with pytest.raises(UsageError):
            record_solution(project.settings, " ", "more", worked=True)
    found = f"select count(*), sum(success_count), sum(failure_count) from {SOLUTIONS}"
    assert project.query(found) == [(3, 2, 1)]


@pytest.mark.usually_on("postgres")
def test_seed_csvs_and_dbt_seed_give_the_same_tables(project: Project, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("no listing")
    # A spreadsheet would take these for formulas.
    formulas = history(tmp_path / "f.db", ("=1+1", 1, 0), ("-5", 0, 1), ("@a", 1, 1), ("+~r", 1, 2))
    load(project, FOLDER, bad, formulas)
    direct = landed(project)
    assert any("=1+1" in line for line in direct[SOLUTIONS])
    project.drop_own_schemas()
    checkout = copy_of_the_seeds(tmp_path / "checkout")
    for file in (*sorted(FOLDER.iterdir()), bad, formulas):
        load(project, file, csv_folder=checkout / "seeds" / "landed")
    project.dbt("seed", "--select", "path:seeds/landed", project=checkout)
    assert landed(project) == direct


def test_the_command_says_what_it_rejected(project: Project, tmp_path: Path) -> None:
    bad = tmp_path / "pods.json"
    bad.write_text(json.dumps({"kind": "PodList", "items": [{"metadata": {}}]}))
    command = ["load", "failures", str(FOLDER)]
    with project.in_environment():
        strict = CliRunner().invoke(app, [*command, str(bad), "--strict"])
        assert isinstance(strict.exception, InputRejectedError)
        assert "nothing was loaded" in strict.exception.message
    loaded = project.headroom(*command, str(bad))
    assert loaded.returncode == 7
    assert f"{bad}, item 0: Pod: it has no name" in loaded.stderr.replace("\n", "")
    assert "landed_failure_events: 105 new" in loaded.stdout
    with project.in_environment():
        assert CliRunner().invoke(app, command).exit_code == 0
        nowhere = CliRunner().invoke(app, ["load", "failures", "nowhere"])
        assert isinstance(nowhere.exception, UsageError)


def test_standard_input_needs_a_source(project: Project) -> None:
    command = [sys.executable, "-m", "headroom.cli", "load", "failures", "-"]
    raw = gzip.compress(b'{"kind": "Pod", "metadata": {"name": "a"}, "status": {}}')
    codes = [
        subprocess.run(
            [*command, *more], input=raw, env=project.environment(), check=False
        ).returncode
        for more in ([], ["--source", "cluster"])
    ]
    assert codes == [2, 0]
    found = project.query("select source, pod_name, phase from headroom_landed.landed_pods")
    assert found == [("cluster", "a", "Unknown")]
