"""Marts of logs by parts equal a full refresh, whatever was loaded, and in whatever order."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from headroom.landed.contract import LandedTable, landed_tables
from headroom.landed.landing import Row, arrow_rows, land
from headroom.landed.prune import prune
from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project

START = datetime(2026, 1, 1, tzinfo=UTC)
DOMAINS = ("builds", "throughput")
MODELS = [f"path:models/*/{domain}" for domain in DOMAINS]
BUILD = ("build", *TABLES, "--select", *MODELS, "path:seeds/landed", "thresholds")
# What a killed build, a failed test or a user's choice can leave half made.
PARTLY = (
    ("run", "--select", "builds__samples", "throughput__timings"),
    ("run", "--select", "builds__builds+", "throughput__workers+"),
    ("run", "--select", "int_throughput__samples_resampled", "builds__anomalies"),
    BUILD,
)
STEPS = [
    f"headroom_intermediate.int_{name}"
    for name in (
        "builds__change_spreads",
        "throughput__kinds_measured",
        "throughput__payloads_measured",
        "throughput__spans_known",
        "throughput__warnings_counted",
        "throughput__trials_summed",
        "throughput__samples_resampled",
    )
]
REPORTS, SAMPLES, TIMINGS, ESTIMATES, WARNINGS, SEGMENTS = (
    landed_tables()[f"landed_{name}"]
    for name in (
        "build_reports",
        "build_samples",
        "timings",
        "payload_estimates",
        "worker_warnings",
        "task_segments",
    )
)
Logs = dict[LandedTable, list[Row]]


def moment(dice: random.Random) -> datetime | None:
    return dice.choice([None, *(START + timedelta(minutes=dice.randrange(10_000)) for _ in "ab")])


def build_logs(dice: random.Random) -> Logs:
    """A report and some samples of one of a few builds: new, late, or once more with changes."""
    build = f"build-{dice.randrange(4)}"
    report = {
        "build_id": build,
        "report_id": str(dice.randrange(5)),
        "region": dice.choice(["east", "west", None]),
        "status": dice.choice(["WORKING", "SUCCESS", "FAILURE"]),
        "created_at": moment(dice),
        "sample_count": 0,
    }
    first = dice.randrange(20)
    samples = [
        {
            "build_id": build,
            "sample_index": index,
            "sampled_at": START + timedelta(seconds=5 * index),
            "cpu_pct": Decimal(dice.choice([0, 1, 2, 90])),
            "memory_used_gb": Decimal(dice.choice([1, 2, 60])),
            "memory_total_gb": Decimal(64),
            "io_read_mb": Decimal(dice.randrange(5_000)),
        }
        for index in range(first, first + dice.randrange(30))
    ]
    return {REPORTS: [report], SAMPLES: samples}


def labelled(dice: random.Random) -> Row:
    return {
        "calibration": dice.choice(["unlabelled", "c1", "c2", "c3"]),
        "experiment": dice.choice([None, None, "A"]),
    }


def timing_logs(dice: random.Random) -> Logs:
    """Lines of one calibration, some of which another load may have given another label."""
    label = labelled(dice)
    timings = []
    for place in dice.sample(range(60), dice.randrange(1, 30)):
        kind = "aggregation" if place % 4 == 0 else "simulation"
        own: Row = {"run_id": "r", "target": f"t{place % 3}"} if kind == "aggregation" else {}
        measured = {"total_inline_mb": Decimal(place)} if kind == "aggregation" else {}
        timings.append(
            {
                **label,
                **own,
                **measured,
                "timing_id": f"t{place}",
                "kind": kind,
                "param_id": f"p{place % 7}",
                "worker": f"w{place % 3}",
                "duration_ms": Decimal(dice.randrange(1, 500)),
                "logged_at": moment(dice),
            }
        )
    return {TIMINGS: timings}


def other_logs(dice: random.Random) -> Logs:
    """Lines that count once with and without a time, and rectangles of a report."""
    logs: Logs = {ESTIMATES: [], WARNINGS: [], SEGMENTS: []}
    for _ in range(dice.randrange(1, 6)):
        label, at = labelled(dice), moment(dice)
        estimate: Row = {"sim_return_count": 10, "sample_kb": Decimal(dice.randrange(2))}
        warning: Row = {"category": "pausing", "worker": f"w{dice.randrange(2)}"}
        for table, row in ((ESTIMATES, estimate), (WARNINGS, warning)):
            row["logged_at"] = at
            logs[table].append({**label, **row, table.key[0]: table.event_id(row, at)})
    for index in range(dice.randrange(4)):
        segment = {"report_id": f"r{dice.randrange(2)}", "segment_index": index, "worker": "w1"}
        timed = {"started_at": START + timedelta(hours=index), "duration_ms": Decimal(5)}
        logs[SEGMENTS].append(
            {**labelled(dice), **segment, **timed, "action": dice.choice(["compute", "transfer"])}
        )
    return logs


def change(project: Project, dice: random.Random) -> None:
    """Load logs, take rows back by loading a build again without them, or prune."""
    kind = dice.choice(["builds", "builds again", "timings", "timings", "others", "prune"])
    if kind == "prune":
        prune(project.settings, START + timedelta(minutes=dice.randrange(4_000)), dry_run=False)
        return
    makes: dict[str, Any] = {"timings": timing_logs, "others": other_logs}
    logs = makes.get(kind, build_logs)(dice)
    incoming = {table: arrow_rows(table, rows) for table, rows in logs.items()}
    replaced = {}
    if kind == "builds again":
        scope = arrow_rows(SAMPLES, [{"build_id": logs[REPORTS][0]["build_id"]}])
        replaced = {SAMPLES: [batch.select(["build_id"]) for batch in scope]}
    land(project.settings, incoming, replaced)


@pytest.mark.usually_on("duckdb")
@settings(
    # One; more where `make simulate` asks for them.
    max_examples=max(1, settings().max_examples // 100),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
    # A smaller seed makes no smaller history.
    phases=[Phase.generate],
)
@given(seed=st.integers(0, 10**6))
def test_marts_of_logs_made_by_parts_equal_a_full_refresh(
    module_project: Project, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311
    module_project.drop_own_schemas()
    with module_project.in_environment():
        for kind in (build_logs, timing_logs, other_logs):
            for _ in range(3):
                rows = {table: arrow_rows(table, made) for table, made in kind(dice).items()}
                land(module_project.settings, rows)
        module_project.dbt(*BUILD)
        for _ in range(4):
            for _ in range(dice.randrange(1, 6)):
                change(module_project, dice)
            module_project.dbt(*dice.choice(PARTLY))
        module_project.dbt(*BUILD)
        by_parts = export_marts(module_project.settings, STEPS)
        assert all(
            by_parts[f"marts.{mart}"] for mart in ("builds__anomalies", "throughput__workers")
        )
        module_project.dbt(*BUILD, "--full-refresh")
        assert export_marts(module_project.settings, STEPS) == by_parts
