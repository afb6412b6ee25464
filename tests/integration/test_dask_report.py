"""A real performance report from the page to the landed table, on both engines and by both ways."""

import html
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from headroom.landed.contract import landed_tables
from headroom.landed.landing import land
from headroom.landed.seed_csv import _read
from headroom.loads.dask_report import load_dask_reports
from headroom.loads.perf_logs import Options
from headroom.settings import PROJECT_DIR, TARGETS
from tests.support.canonical import export_tables
from tests.support.project import Project

REPORT = PROJECT_DIR / "samples" / "throughput" / "dask-perf-report.html"
PAGE = REPORT.read_text(encoding="utf-8")
LANDED = ["headroom_landed.landed_task_segments", "headroom_landed.landed_rejects"]


@pytest.fixture(scope="module")
def both(
    both_projects: dict[str, Project],
) -> dict[str, Project]:
    """The sample loaded on both engines."""
    for project in both_projects.values():
        with project.in_environment():
            load_dask_reports(project.settings, [str(REPORT)], Options("spring", "B"))
    return both_projects


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, LANDED)


def test_both_engines_hold_the_same(both: dict[str, Project]) -> None:
    assert landed(both["duckdb"]) == landed(both["postgres"])


def sums_by_colour() -> dict[str, tuple[int, float]]:
    """Count and add up by another route: a regular expression, colours, and numpy."""
    raw = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', PAGE, re.S)
    assert raw is not None
    text = html.unescape(raw[1])
    column = {
        name: json.loads(re.search(rf'\["{name}",(\[[^\]]*\])\]', text)[1])  # type: ignore[index]
        for name in ("color", "alpha", "duration")
    }
    colours = np.array(column["color"])
    pale = np.array(column["alpha"]) < 1
    duration = np.array(column["duration"])
    parts = {
        "compute": ~pale,
        "transfer": pale & (colours == "red"),
        "disk": pale & (colours == "orange"),
        "deserialize": pale & (colours == "gray"),
    }
    assert sum(int(part.sum()) for part in parts.values()) == len(duration)
    return {
        action: (int(part.sum()), float(duration[part].sum()))
        for action, part in parts.items()
        if part.any()
    }


@pytest.mark.parametrize("target", TARGETS)
def test_sums_by_action_are_those_of_another_route_and_of_the_page_itself(
    both: dict[str, Project], target: str
) -> None:
    rows = both[target].query(
        "select case when action like 'disk%' then 'disk' else action end as kind, count(*),"
        f" sum(duration_ms) from {LANDED[0]} group by 1"
    )
    expected = sums_by_colour()
    assert {kind for kind, _, _ in rows} == set(expected)
    for kind, count, milliseconds in rows:
        assert count == expected[kind][0]
        # Each of the durations was rounded to a microsecond.
        assert float(milliseconds) == pytest.approx(expected[kind][1], abs=0.0005 * count)
    seconds = {kind: milliseconds / 1000 for kind, _, milliseconds in rows}
    for action in ("compute", "transfer"):
        stated = re.search(rf"{action} time: ([\d.]+) s ", PAGE)
        assert stated is not None
        assert seconds[action].quantize(Decimal("0.01")) == Decimal(stated[1])


def test_the_sample_is_eight_workers_with_ten_simulations_and_two_aggregations_a_trial(
    both: dict[str, Project],
) -> None:
    rows = both["duckdb"].query(
        "select task_name, count(*), count(distinct task_key), count(distinct worker)"
        f" from {LANDED[0]} where action = 'compute' group by 1 order by 1"
    )
    assert rows == [
        ("worker_run_aggregation_direct", 16, 16, 8),
        ("worker_run_task", 80, 80, 8),
    ]


@pytest.mark.parametrize("target", TARGETS)
def test_the_seed_csv_holds_what_a_load_lands(
    both: dict[str, Project], target: str, tmp_path: Path
) -> None:
    project, table = both[target], landed_tables()["landed_task_segments"]
    options = Options("spring", "B", csv_folder=tmp_path)
    with project.in_environment():
        load_dask_reports(project.settings, [str(REPORT)], options)
        (outcome,) = land(project.settings, {table: _read(tmp_path / f"{table.name}.csv", table)})
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 0, 170)


def test_a_report_keeps_its_label_once_it_is_given(project: Project) -> None:
    outcomes = []
    with project.in_environment():
        for label in ("unlabelled", "spring", "autumn", "unlabelled"):
            tally, _ = load_dask_reports(project.settings, [str(REPORT)], Options(label))
            (segments, _) = tally.landed
            outcomes.append((segments.new, segments.changed, dict(segments.kept_labels)))
    assert outcomes == [(170, 0, {}), (0, 170, {}), (0, 0, {"spring": 170}), (0, 0, {})]
    assert project.query(f"select distinct calibration from {LANDED[0]}") == [("spring",)]


def test_the_command_sums_up_by_action_and_reports_what_it_could_not_read(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "cut.html").write_text(PAGE[: PAGE.index('"worker_thread"')], encoding="utf-8")
    shutil.copy(REPORT, tmp_path / "whole.html")
    label = ("--calibration", "spring", "--target", project.engine)
    outcome = project.headroom("load", "dask-report", str(tmp_path), *label)
    assert outcome.returncode == 7
    assert "cut off before its task stream ends" in outcome.stderr
    assert re.search(r"whole.html \(8 workers\) +compute +96 ", outcome.stdout)
    again = project.headroom("load", "dask-report", str(REPORT), *label)
    assert again.returncode == 0
    assert "landed_task_segments: 0 new, 0 changed, 170 unchanged" in again.stdout
