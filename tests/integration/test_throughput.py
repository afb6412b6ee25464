"""Throughput from landed rows to the marts: equal on both engines, and to a reckoning in Python."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from math import ceil
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from scipy.stats import bootstrap

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from headroom.settings import TARGETS
from tests.support.canonical import export_marts
from tests.support.project import Project

Row = dict[str, Any]
START = datetime(2026, 1, 24, tzinfo=UTC)
BUILD = ("--select", "path:models/staging/throughput+")
SEEDS = ("--select", "+path:models/staging/throughput", "thresholds")
OWN_TESTS = (
    "--select",
    "path:models/facts/throughput",
    "path:models/marts/throughput",
    "path:tests/dbt/throughput",
)
# Calibrations whose experiment changes nothing, to see how often an interval says so.
EVEN = 40
IDS = count()


def timing(calibration: str, experiment: str | None, **values: Any) -> Row:
    return {
        "timing_id": str(next(IDS)),
        "kind": "simulation",
        "calibration": calibration,
        "experiment": experiment,
        "param_id": "p",
        "worker": "tcp://10.0.0.1:1",
        "duration_ms": Decimal(1),
        **values,
    }


def aggregation(calibration: str, experiment: str | None, **values: Any) -> Row:
    return timing(
        calibration,
        experiment,
        kind="aggregation",
        **{"target": "t", "sim_return_count": 10, "total_inline_mb": Decimal(1), **values},
    )


def duration(dice: random.Random) -> Decimal:
    return Decimal(round(1000 * dice.lognormvariate(7, 0.5))).scaleb(-3)


def trials(
    calibration: str, experiment: str | None, number: int, simulations: int, targets: int
) -> list[Row]:
    """Write trials that end 10 s after each other, on eight workers at random."""
    dice = random.Random(f"{calibration}{experiment}")  # noqa: S311
    rows = []
    for place in range(number):
        shared: Row = {
            "param_id": f"{place:08x}",
            "logged_at": START + timedelta(seconds=10 * place + dice.random()),
        }
        for task in range(simulations + targets):
            own: Row = {
                "worker": f"tcp://10.0.0.{dice.randrange(8)}:8786",
                "duration_ms": duration(dice),
            }
            if task < simulations:
                rows.append(timing(calibration, experiment, seed=task, **shared, **own))
            else:
                own["target"] = f"target{task - simulations}"
                own["total_inline_mb"] = Decimal(dice.randint(10**6, 3 * 10**6)).scaleb(-6)
                rows.append(aggregation(calibration, experiment, run_id="r", **shared, **own))
    return rows


# The largest that a load accepts: as many milliseconds as 100 million lines of 300 s, five billion
# MiB, reports of a century each; beside a baseline and a worker that took next to nothing.
LIMITS = (
    """
    insert into headroom_landed.landed_timings (
        timing_id, kind, calibration, experiment, run_id, param_id, target, worker, duration_ms,
        sim_return_count, total_inline_mb, max_single_kb
    )
    select
        'A' || cast(number as text),
        case when number % 6 = 0 then 'aggregation' else 'simulation' end,
        'limits',
        'A',
        case when number % 6 = 0 then 'r' end,
        'p' || cast(number % 25 as text),
        case when number % 6 = 0 then 't' || cast(number % 4 as text) end,
        'w' || cast(number % 8 as text),
        1000000000,
        case when number % 12 = 0 then 2147483647 when number % 6 = 0 then 1 end,
        case when number % 6 = 0 then 1000000 end,
        case when number % 6 = 0 then 1000000000 end
    from generate_series(0, 29999) as numbers (number)
    """,
    """
    insert into headroom_landed.landed_timings (
        timing_id, kind, calibration, experiment, param_id, worker, duration_ms, logged_at
    )
    select
        'idle' || cast(number as text),
        'simulation',
        'limits',
        'A',
        'idle',
        'idle',
        case when number = 0 then 0.001 else 0 end,
        cast(null as timestamptz)
    from generate_series(0, 999) as numbers (number)
    union all
    select
        'B' || cast(number as text),
        'simulation',
        'limits',
        'B',
        'p' || cast(number % 20 as text),
        'w',
        1000000000,
        cast('2026-01-24 00:00:00+00' as timestamptz)
    from generate_series(0, 4999) as numbers (number)
    union all
    select
        'none' || cast(number as text),
        'simulation',
        'limits',
        null,
        'p' || cast(number % 20 as text),
        'w',
        case when number < 20 then 0.001 else 0 end,
        null
    from generate_series(0, 199) as numbers (number)
    """,
    """
    insert into headroom_landed.landed_task_segments (
        report_id, segment_index, calibration, experiment, worker, action, started_at, duration_ms
    )
    select
        cast(number % 400 as text),
        number,
        'limits',
        'A',
        'w' || cast(number % 8 as text),
        case when number % 5 = 0 then 'transfer' else 'compute' end,
        cast(
            case when number < 400 then '1990-01-01 00:00:00+00' else '2099-12-31 00:00:00+00' end
            as timestamptz
        ),
        1000000000
    from generate_series(0, 4999) as numbers (number)
    """,
    # What a load would mark.
    """
    insert into headroom_operations.changed_parts (part_kind, part, change_number)
    values ('calibrations', 'limits', 1000)
    """,
)


def timings() -> list[Row]:
    rows = [*trials("typhoid", None, 25, 10, 2), *trials("typhoid", "A", 25, 10, 0)]
    rows += trials("typhoid", "B", 19, 10, 1)
    # Two runs and one without a run share a parameter set; no times; text that needs quoting.
    for run_id in ("r1", "r2", None):
        for target in ("t'1", 't"2', "é"):
            rows.append(aggregation("unlabelled", None, run_id=run_id, target=target))
    rows += [timing("unlabelled", None, duration_ms=Decimal(k)) for k in range(1, 8)]
    rows += [aggregation("one target", None, run_id="r", logged_at=START)]
    rows += [timing("spread", None, duration_ms=Decimal(ms)) for ms in (5000, 10**9)]
    rows += [*trials("many", None, 450, 1, 0), *trials("many", "A", 450, 1, 0)]
    for number in range(EVEN):
        rows += trials(f"even {number}", None, 20, 1, 0)
        rows += trials(f"even {number}", "A", 20, 1, 0)
    return rows


def other_rows() -> dict[str, list[Row]]:
    estimates = [
        {"payload_estimate_id": str(k), "calibration": "estimates only", "total_estimate_kb": k}
        for k in (1, 2)
    ]
    warnings = [
        {
            "worker_warning_id": f"{category}{worker}",
            "calibration": "typhoid",
            "category": category,
            "worker": worker,
        }
        for category in ("spilling", "pausing", "resuming", "unmanaged_memory", "restarting")
        for worker in ("tcp://10.0.0.1:8786", None)
    ]
    segments = [
        {
            "report_id": "r",
            "segment_index": place,
            "calibration": calibration,
            "worker": "tcp://10.0.0.1:8786",
            "action": action,
            "started_at": START,
            "duration_ms": milliseconds,
        }
        for place, (calibration, action, milliseconds) in enumerate(
            [
                ("typhoid", "compute", 40),
                ("typhoid", "transfer", 60),
                ("typhoid", "disk-read", 9),
                ("report only", "compute", 60),
                ("report only", "transfer", 40),
            ]
        )
    ]
    return {
        "landed_payload_estimates": estimates,
        "landed_worker_warnings": warnings,
        "landed_task_segments": segments,
    }


def exported(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        marts = export_marts(project.settings, intermediates=())
    return {name: rows for name, rows in marts.items() if name.startswith("marts.throughput__")}


@pytest.fixture(scope="module")
def landed_rows() -> dict[str, list[Row]]:
    return {"landed_timings": timings(), **other_rows()}


@pytest.fixture(scope="module")
def both(
    both_projects: dict[str, Project],
    landed_rows: dict[str, list[Row]],
) -> dict[str, Project]:
    """On both engines: built over nothing, then with all rows; unit and data tests run as well."""
    for project in both_projects.values():
        project.dbt("seed", *SEEDS)
        project.dbt("run", *BUILD)
        assert len(exported(project)) == 6
        assert not any(exported(project).values())
        with project.in_environment():
            tables = landed_tables()
            land(
                project.settings,
                {
                    tables[name]: arrow_rows(tables[name], rows)
                    for name, rows in landed_rows.items()
                },
            )
        for statement in LIMITS:
            project.execute(statement)
        statuses = project.dbt("build", *BUILD)
        # Saved queries are nodes of a build, with nothing to do.
        assert {"pass", "success"} == set(statuses.values()) - {"no-op"}
    return both_projects


def test_both_engines_hold_the_same(both: dict[str, Project]) -> None:
    marts = exported(both["duckdb"])
    assert all(marts.values())
    assert marts == exported(both["postgres"])


def p95(values: list[Decimal]) -> Decimal:
    return sorted(values)[ceil(0.95 * len(values)) - 1]


def reckoned(rows: list[Row], calibration: str, experiment: str | None) -> dict[str, Any]:
    """Compute figures of a calibration the slow way."""
    own = [r for r in rows if (r["calibration"], r["experiment"]) == (calibration, experiment)]
    kinds = {
        kind: [r["duration_ms"] for r in own if r["kind"] == kind]
        for kind in ("simulation", "aggregation")
    }
    found: dict[str, Any] = {
        "worker_count": len({r["worker"] for r in own}),
        "busy_ms": sum(r["duration_ms"] for r in own),
        "straggler_count": 0,
    }
    for kind, durations in kinds.items():
        found[f"{kind}_count"] = len(durations)
        if durations:
            middle = median(durations)
            limit = middle + 3 * median(abs(d - middle) for d in durations)
            found["straggler_count"] += sum(d > limit for d in durations)
            found |= {f"{kind}_median_ms": middle, f"{kind}_p95_ms": p95(durations)}
            found[f"{kind}_p95_kind"] = "maximum" if len(durations) < 20 else "p95"
    placed: dict[Any, list[Row]] = defaultdict(list)
    for row in own:
        if row["kind"] == "aggregation":
            placed[row["run_id"], row["param_id"]].append(row)
    duplicated, split, several = Decimal(0), 0, []
    for aggregations in placed.values():
        held: dict[str, Decimal] = defaultdict(Decimal)
        for row in aggregations:
            held[row["worker"]] = max(held[row["worker"]], row["total_inline_mb"])
        duplicated += sum(held.values()) - max(held.values())
        if (targets := len({row["target"] for row in aggregations})) > 1:
            several.append(1 - found["worker_count"] ** (1.0 - targets))
            split += len(held) > 1
    found |= {"duplicated_mb": duplicated, "split_trial_count": split}
    found |= {"multi_target_trial_count": len(several)}
    if several:
        found["random_split_share"] = pytest.approx(mean(several), rel=1e-9)
    return found


@pytest.mark.parametrize(
    ("calibration", "experiment"),
    [("typhoid", None), ("typhoid", "A"), ("typhoid", "B"), ("unlabelled", None)],
)
def test_a_calibration_is_what_python_reckons(
    both: dict[str, Project],
    landed_rows: dict[str, list[Row]],
    calibration: str,
    experiment: str | None,
) -> None:
    expected = reckoned(landed_rows["landed_timings"], calibration, experiment)
    (values,) = both["duckdb"].query(
        f"select {', '.join(expected)} from marts.throughput__calibrations"
        f" where calibration = '{calibration}' and experiment = '{experiment or 'none'}'"
    )
    assert dict(zip(expected, values, strict=True)) == expected


@pytest.mark.parametrize("target", TARGETS)
def test_edges_of_a_calibration(both: dict[str, Project], target: str) -> None:
    found = both[target].query(
        "select calibration, trial_count, ambiguous_trial_count, span_source, busy_share is null,"
        " split_share, verdict, transfer_share, warning_count"
        " from marts.throughput__calibrations where experiment = 'none'"
        " and calibration not like 'even%' and calibration not in ('many', 'limits', 'spread')"
        " order by calibration"
    )
    silent = "transfer not observed"
    typhoid = both[target].query(
        "select split_share from marts.throughput__calibrations"
        " where calibration = 'typhoid' and experiment = 'none'"
    )[0][0]
    assert 0.6 < typhoid < 1
    assert found == [
        ("estimates only", 0, 0, None, True, None, silent, None, 0),
        ("one target", 1, 0, "log", False, None, silent, None, 0),
        ("report only", 0, 0, "report", True, None, "compute dominates", Decimal("0.4"), 0),
        ("typhoid", 25, 0, "log", False, typhoid, "transfer dominates", Decimal("0.6"), 10),
        # Three trials share one parameter set, on one worker: nothing can be split.
        ("unlabelled", 3, 3, None, True, Decimal(0), silent, None, 0),
    ]


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@pytest.mark.parametrize("target", TARGETS)
def test_the_largest_that_a_load_accepts_is_computed(both: dict[str, Project], target: str) -> None:
    longest, shortest = Decimal(10**9), Decimal("0.001")
    century = Decimal((datetime(2099, 12, 31) - datetime(1990, 1, 1)).days * 86_400_000)
    simulated = 25_000 * longest + shortest
    expected = {
        "calibrations where experiment = 'A': busy_ms, span_ms, transfer_ms, transfer_share,"
        " duplicated_mb, duplicated_transfer_ms": (
            30_000 * longest + shortest,
            400 * (century + longest),
            1000 * longest,
            Decimal("0.2"),
            25 * 3 * 10**6,
            25 * 3 * 10**7,
        ),
        "calibrations where experiment = 'B': busy_ms, busy_share": (5000 * longest, 5000),
        "workers where worker = 'w1': busy_share, skew": (
            rounded(500 / (400 * (century + longest)) * longest, 4),
            Decimal("1.125"),
        ),
        "workers where worker = 'idle': efficiency": (
            1000 * rounded(1000 * simulated / 26_000, 3),
        ),
        "targets where target = 't0': payload_per_return_kb": (
            rounded(Decimal(1_024_000_000) / (2**31 - 1), 3),
        ),
        "targets where target = 't2': payload_per_return_kb": (1_024_000_000,),
        "comparisons where measure = 'simulation_ms' and experiment = 'A': ratio": (
            rounded(simulated / 26_000 * 10_000, 6),
        ),
    }
    found = {}
    for asked in expected:
        source, _, columns = asked.partition(": ")
        table, _, condition = source.partition(" where ")
        (found[asked],) = both[target].query(
            f"select {columns} from marts.throughput__{table}"
            f" where calibration = 'limits' and {condition}"
        )
    assert found == expected
    limits = both[target].query(
        "select distinct straggler_limit_ms from marts.throughput__timings"
        " where calibration = 'spread'"
    )
    assert limits == [(1_999_995_000,)]


@pytest.mark.parametrize("target", TARGETS)
def test_experiments_are_compared(both: dict[str, Project], target: str) -> None:
    found = both[target].query(
        "select experiment, measure, baseline_trial_count, experiment_trial_count, is_different"
        " from marts.throughput__comparisons where calibration = 'typhoid'"
        " and measure <> 'simulation_ms' order by experiment, measure"
    )
    assert found == [
        ("A", "trial_busy_ms", 25, 25, True),
        ("A", "trial_interval_ms", 25, 25, False),
        ("B", "aggregation_ms", 25, 19, False),
        ("B", "trial_busy_ms", 25, 19, False),
        ("B", "trial_interval_ms", 25, 19, False),
    ]


def of_trials(rows: list[Row], calibration: str, experiment: str | None) -> list[float]:
    return [
        float(row["duration_ms"])
        for row in rows
        if (row["calibration"], row["experiment"]) == (calibration, experiment)
    ]


def ratio_of_means(experiment: Any, baseline: Any, axis: int = -1) -> Any:
    return np.mean(experiment, axis=axis) / np.mean(baseline, axis=axis)


@pytest.mark.parametrize("calibration", ["even 0", "even 1", "many"])
def test_an_interval_is_that_of_another_bootstrap(
    both: dict[str, Project], landed_rows: dict[str, list[Row]], calibration: str
) -> None:
    rows = landed_rows["landed_timings"]
    samples = [of_trials(rows, calibration, experiment) for experiment in ("A", None)]
    other = bootstrap(
        samples, ratio_of_means, method="percentile", n_resamples=2000, rng=7, vectorized=True
    ).confidence_interval
    ((ratio, low, high),) = both["duckdb"].query(
        "select ratio, ratio_low, ratio_high from marts.throughput__comparisons"
        f" where calibration = '{calibration}' and measure = 'simulation_ms'"
    )
    assert float(ratio) == pytest.approx(ratio_of_means(*samples), abs=1e-6)
    width = other.high - other.low
    assert float(low) == pytest.approx(other.low, abs=0.12 * width)
    assert float(high) == pytest.approx(other.high, abs=0.12 * width)


def test_an_interval_holds_what_is_true_about_as_often_as_it_says(
    both: dict[str, Project],
) -> None:
    ((number, differ),) = both["duckdb"].query(
        "select count(*), count(*) filter (where is_different) from marts.throughput__comparisons"
        " where calibration like 'even%' and measure = 'simulation_ms'"
    )
    assert number == EVEN
    assert 0 < differ <= 0.15 * EVEN


DAMAGE = {
    "unique_grain_int_throughput__histograms_daily_measure__logged_day__calibration__bin": (
        "insert into headroom_intermediate.int_throughput__histograms_daily"
        " select * from headroom_intermediate.int_throughput__histograms_daily"
    ),
    "every_landed_timing_is_in_the_mart": (
        "delete from marts.throughput__timings where calibration = 'one target'"
    ),
    "throughput_marts_count_every_timing_once": (
        "update marts.throughput__trials set aggregation_count = aggregation_count + 1"
        " where calibration = 'unlabelled'"
    ),
    "unique_throughput__timings_timing_id": (
        "update marts.throughput__timings set timing_id = '0' where timing_id = '1'"
    ),
    "accepted_values_throughput__timings_kind__simulation__aggregation": (
        "update marts.throughput__timings set kind = 'nap' where timing_id = '3'"
    ),
    "accepted_values_throughput__timings_experiment__none__A__B": (
        "update marts.throughput__timings set experiment = 'C' where timing_id = '4'"
    ),
    "accepted_values_throughput__workers_span_source__log__report": (
        "update marts.throughput__workers set span_source = 'guess' where span_source = 'report'"
    ),
    "accepted_values_throughput__calibrations_span_source__log__report": (
        "update marts.throughput__calibrations set span_source = 'x' where span_source = 'report'"
    ),
    "accepted_values_throughput__calibrations_simulation_p95_kind__p95__maximum": (
        "update marts.throughput__calibrations set simulation_p95_kind = 'p99'"
        " where simulation_p95_kind = 'p95'"
    ),
    "accepted_values_throughput__calibrations_aggregation_p95_kind__p95__maximum": (
        "update marts.throughput__calibrations set aggregation_p95_kind = 'p99'"
        " where aggregation_p95_kind = 'p95'"
    ),
    "accepted_values_throughput__calibrations_verdict__transfer_dominates__compute_dominates"
    "__transfer_not_observed": (
        "update marts.throughput__calibrations set verdict = 'who knows'"
        " where calibration = 'typhoid'"
    ),
    "accepted_values_throughput__comparisons_experiment__A__B": (
        "update marts.throughput__comparisons set experiment = 'none' where calibration = 'many'"
    ),
    "accepted_values_throughput__comparisons_measure__simulation_ms__aggregation_ms"
    "__trial_busy_ms__trial_interval_ms": (
        "update marts.throughput__comparisons set measure = 'mood' where calibration = 'even 1'"
    ),
}
for table, grain in (
    ("trials", "calibration__experiment__run_id__param_id"),
    ("targets", "calibration__experiment__target"),
    ("workers", "calibration__experiment__worker"),
    ("calibrations", "calibration__experiment"),
    ("comparisons", "baseline_calibration__calibration__experiment__measure"),
):
    DAMAGE[f"unique_grain_throughput__{table}_{grain}"] = (
        f"insert into marts.throughput__{table} select * from marts.throughput__{table}"
    )
for step, grain in (
    ("samples_resampled", "calibration__experiment__replicate"),
    ("trials_summed", "calibration__experiment"),
):
    table = f"headroom_intermediate.int_throughput__{step}"
    DAMAGE[f"unique_grain_int_throughput__{step}_{grain}"] = (
        f"insert into {table} select * from {table}"
    )


@pytest.mark.parametrize("target", TARGETS)
def test_every_data_test_is_shown_to_fail(both: dict[str, Project], target: str) -> None:
    """The last test of this file: it damages the marts."""
    project = both[target]
    for statement in DAMAGE.values():
        project.execute(statement)
    statuses = project.dbt("test", *OWN_TESTS, "--exclude", "test_type:unit", succeeds=False)
    assert set(statuses) == set(DAMAGE)
    assert set(statuses.values()) == {"fail"}
