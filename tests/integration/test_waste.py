"""The bill of memory: its parts add up exactly, whatever is known of an attempt."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom.loads.jobs import Options, load_jobs
from headroom.settings import PROJECT_DIR
from tests.support.project import TABLES, Project
from tests.support.raw import write_raw

SAMPLE = PROJECT_DIR / "tests" / "cases" / "waste" / "trace.csv"
PUBLIC_TRACES = PROJECT_DIR.parent / "shared" / "traces"
TRACES = [SAMPLE, *sorted(PUBLIC_TRACES.glob("*.csv"))]
MB_OF_TRACE = Fraction(2**20, 10**6)
MB_US_OF_GB_HOUR = 1000 * 3600 * 10**6
PARTS = ("used", "over_allocated", "reserved", "lost_to_oom", "lost_to_failure", "unmeasured")
BELIEVED = 2**31
START = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Attempt:
    """What decides where an attempt's memory-hours go."""

    requested_mb: int | None
    peak_mb: int | None
    run_us: int | None
    failure: str | None = None
    job: str = "align"
    submitted: datetime = START


@pytest.fixture(scope="module")
def traces(module_project: Project) -> Iterator[tuple[Project, dict[str, dict[str, Fraction]]]]:
    """Waste of the traces as `headroom load jobs` brings them: the bill of each source."""
    with module_project.in_environment():
        write_raw(module_project.settings, [], [])
        for path in TRACES:
            options = Options(form="csv", source=path.stem)
            load_jobs(module_project.settings, [str(path)], options)
        module_project.dbt("build", *TABLES, "--select", "+path:models/marts/waste")
        module_project.dbt("test", "--select", "test_type:data,waste__attempts_daily")
        daily = "marts.waste__attempts_daily where source = '{}'"
        sums = {path.stem: found(module_project, daily.format(path.stem)) for path in TRACES}
        yield module_project, sums


@pytest.fixture(scope="module")
def waste(traces: tuple[Project, dict[str, dict[str, Fraction]]]) -> Project:
    """What waste is made of; a test writes the facts."""
    return traces[0]


def write(project: Project, attempts: Iterable[Attempt]) -> None:
    """Put attempts, and the failures of those that failed, into the facts."""
    rows = list(attempts)
    project.execute("delete from marts.attempts__attempts")
    project.execute("delete from marts.failures__failures")
    for start in range(0, len(rows), 1000):
        values = [
            f"('{place}', 'trace', date '{row.submitted.date()}', true, {text(row.job)},"
            f" {text(row.submitted)}, {text(row.submitted)}, {text(row.submitted)},"
            f" {row.requested_mb or 'null'}, {'null' if row.peak_mb is None else row.peak_mb},"
            f" {'null' if row.run_us is None else row.run_us},"
            f" '{'failed' if row.failure else 'succeeded'}', 'ann', 'o''team')"
            for place, row in enumerate(rows[start : start + 1000], start)
        ]
        project.execute(
            "insert into marts.attempts__attempts (attempt_id, source, submitted_day, is_landed,"
            " job_name, submitted_at, started_at, ended_at, requested_mb, peak_mb, run_us, outcome,"
            " owner_name, group_name)"
            f" values {', '.join(values)}"
        )
    failed = [(place, row.failure) for place, row in enumerate(rows) if row.failure]
    if failed:
        values = [
            f"('f{place}', '{place}', 'trace', true, '{START}', '{kind}',"
            " 'resource', 'r', false, false)"
            for place, kind in failed
        ]
        columns = (
            "failure_id, attempt_id, origin, is_landed, failed_at, failure_type, failure_class,"
            " rule_name, has_memory_overflow, is_resolved"
        )
        table = "marts.failures__failures"
        project.execute(f"insert into {table} ({columns}) values {', '.join(values)}")


def text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def rounded(mb: int, us: int) -> Fraction:
    """Give GB.h with six places, rounded half up."""
    units = Fraction(mb * us * 10**6, MB_US_OF_GB_HOUR)
    return Fraction((units + Fraction(1, 2)) // 1, 10**6)


def split(row: Attempt) -> dict[str, Fraction]:
    """Split an attempt's memory-hours as the methods page says it."""
    limit = row.requested_mb if row.requested_mb and 0 < row.requested_mb < BELIEVED else None
    peak = row.peak_mb if row.peak_mb and 0 < row.peak_mb < BELIEVED else None
    us = max(row.run_us or 0, 0)
    held = limit or peak or 0
    total = rounded(held, us)
    parts = dict.fromkeys(PARTS, Fraction(0))
    if row.failure:
        parts["lost_to_oom" if row.failure == "OOMKilled" else "lost_to_failure"] = total
    elif peak is None or (limit and 100 * peak >= 99 * limit):
        parts["unmeasured"] = total
    else:
        parts["used"] = rounded(min(peak, held), us)
        parts["over_allocated"] = total - parts["used"]
    return {"memory": total, **parts}


def added(rows: Iterable[Attempt]) -> dict[str, Fraction]:
    sums = dict.fromkeys(("memory", *PARTS), Fraction(0))
    for row in rows:
        for part, gb_hours in split(row).items():
            sums[part] += gb_hours
    return sums


def found(project: Project, relation: str) -> dict[str, Fraction]:
    names = ("memory", *PARTS)
    sums = ", ".join(f"sum({name}_gb_hours)" for name in names)
    (row,) = project.query(f"select {sums} from {relation}")
    return {name: Fraction(value or 0) for name, value in zip(names, row, strict=True)}


MEGABYTES = st.one_of(
    st.none(), st.integers(0, 400_000), st.sampled_from([1, 99, 100, BELIEVED - 1, BELIEVED, 2**40])
)
ATTEMPTS = st.builds(
    Attempt,
    requested_mb=MEGABYTES,
    peak_mb=MEGABYTES,
    run_us=st.one_of(st.none(), st.integers(-(10**9), 7 * 86_400 * 10**6), st.just(10**15)),
    failure=st.sampled_from([None, None, "OOMKilled", "Error"]),
)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(ATTEMPTS, min_size=1, max_size=60))
def test_the_parts_of_any_attempt_add_up_to_memory_times_hours(
    waste: Project, rows: list[Attempt]
) -> None:
    write(waste, rows)
    names = ("memory", *PARTS)
    columns = ", ".join(f"{name}_gb_hours" for name in names)
    answer = waste.query(
        f"select attempt_id, {columns} from headroom_intermediate.int_waste__attempts_split"
    )
    assert len(answer) == len(rows)
    for place, *values in answer:
        parts = dict(zip(names, map(Fraction, values), strict=True))
        assert parts == split(rows[int(place)]), rows[int(place)]
        assert parts["memory"] == sum(parts[name] for name in PARTS)


def read_trace(path: Path) -> list[Attempt]:
    """Read a trace; a MB of it is 2^20 bytes."""

    def megabytes(value: str) -> int | None:
        return round(Fraction(value) * MB_OF_TRACE) if value else None

    def moment(value: str) -> datetime:
        return datetime.fromisoformat(value)

    with path.open(newline="", encoding="utf-8") as file:
        return [
            Attempt(
                megabytes(row["requested_mb"]),
                megabytes(row["peak_mb"]),
                (moment(row["ended_at"]) - moment(row["started_at"])) // timedelta(microseconds=1),
                {"ok": None, "COMPLETED": None, "oom": "OOMKilled"}.get(row["outcome"], "Error"),
                row["group"],
                moment(row["submitted_at"]),
            )
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_the_sums_of_a_trace_are_those_computed_without_sql(
    traces: tuple[Project, dict[str, dict[str, Fraction]]], path: Path
) -> None:
    sums = added(read_trace(path))
    assert sums["memory"] == sum(sums[part] for part in PARTS) > 0
    assert traces[1][path.stem] == sums


def test_what_an_exempt_job_does_not_use_is_reserved(waste: Project) -> None:
    rows = [Attempt(1000, 250, 3600 * 10**6), Attempt(1000, 250, 3600 * 10**6, job="sort")]
    write(waste, rows)
    waste.execute(
        "insert into headroom_reference.waste_exemptions (source, job_name, kind, why)"
        " values ('trace', 'sort', 'whole node', 'a test')"
    )
    sums = found(waste, "headroom_intermediate.int_waste__attempts_split")
    waste.execute("delete from headroom_reference.waste_exemptions")
    quarters = {name: float(value * 4) for name, value in sums.items() if value}
    assert quarters == {"memory": 8, "used": 2, "over_allocated": 3, "reserved": 3}


HOURS = 3600 * 10**6
# The example of the methods page: 40 attempts of two hours on 12 days.
PEAKS = [*(5000 + 16 * number for number in range(37)), 5600, 5900, 6200]
EXAMPLE = [
    Attempt(16_000, peak, 2 * HOURS, submitted=START + timedelta(days=number % 12))
    for number, peak in enumerate(PEAKS)
]
OTHERS = [
    # On two days only, and 29 attempts: neither is enough.
    *(Attempt(900, 300, HOURS, None, "short", START + timedelta(days=n % 2)) for n in range(40)),
    *(Attempt(900, 300, HOURS, None, "few", START + timedelta(days=n % 9)) for n in range(29)),
    # Killed at 2,000 MB; a censored peak of 4,000 MB was enough.
    *(Attempt(4000, 1000, HOURS, None, "killed", START + timedelta(days=n % 9)) for n in range(40)),
    *(Attempt(2000, 2000, HOURS, "OOMKilled", "killed", START) for n in range(3)),
    Attempt(4000, 3990, HOURS, None, "killed", START),
    # Killed once at 40,000 MB, for which all would have to ask.
    *(Attempt(1000, 500, HOURS, None, "once", START + timedelta(days=n % 9)) for n in range(40)),
    Attempt(40_000, 40_000, HOURS, "OOMKilled", "once", START),
    # Half are killed: more memory costs less than they do.
    *(Attempt(1000, 900, HOURS, None, "half", START + timedelta(days=n % 9)) for n in range(40)),
    *(Attempt(1000, 1000, HOURS, "OOMKilled", "half", START) for _ in range(40)),
    # None asks for anything; no peak at all.
    *(Attempt(None, 700, HOURS, None, "free", START + timedelta(days=n % 9)) for n in range(40)),
    *(Attempt(900, None, HOURS, None, "blind", START + timedelta(days=n % 9)) for n in range(40)),
]


@pytest.fixture(scope="module")
def advised(waste: Project) -> Project:
    write(waste, [*EXAMPLE, *OTHERS])
    waste.dbt("run", "--full-refresh", "--select", "waste__attempts_daily+")
    return waste


def test_a_request_is_tried_on_the_attempts_of_the_window(advised: Project) -> None:
    found = advised.query(
        "select rule_name, advice, recommended_mb, known_count, day_count, expected_oom_count,"
        " round(cast(oom_probability_high as numeric), 3), wasted_gb_hours, saving_gb_hours,"
        " saving_cost from marts.waste__recommendations where job_name = 'align' order by 1"
    )
    wasted = Fraction(sum(2 * (16_000 - peak) for peak in PEAKS), 1000)
    for row, request, ooms, bound in zip(found, (7130, 6160), (0, 1), (0.088, 0.129), strict=True):
        left = sum(2 * (request - peak if peak <= request else request) for peak in PEAKS)
        saving = wasted - Fraction(left, 1000)
        assert row[1:6] == ("lower", request, 40, 12, ooms)
        assert float(row[6]) == bound
        assert (Fraction(row[7]), Fraction(row[8])) == (wasted, saving)
        assert Fraction(row[9]) == saving * Fraction(4445, 10**6)
    assert [row[0] for row in found] == ["largest_peak", "percentile"]


def test_a_job_that_asks_for_nothing_saves_nothing(advised: Project) -> None:
    assert advised.query(
        "select distinct saving_gb_hours, saving_cost from marts.waste__recommendations"
        " where advice = 'set'"
    ) == [(None, None)]


def test_without_enough_data_nothing_is_recommended(advised: Project) -> None:
    rows = advised.query(
        "select job_name, advice, recommended_mb from marts.waste__recommendations"
        " where rule_name = 'largest_peak' and job_name <> 'align' order by job_name"
    )
    assert rows == [
        ("blind", "insufficient data", None),
        ("few", "insufficient data", None),
        ("free", "set", 805),
        ("half", "raise", 1250),
        # What a censored peak got along with is above 1,150 MB, and 2,500 MB after the OOM.
        ("killed", "keep", 4000),
        ("once", "retry with more", 50_000),
        ("short", "insufficient data", None),
    ]


def test_an_owner_is_told_what_to_ask_for(advised: Project) -> None:
    """By the name of a user or of a group; a quote in a name is part of it."""
    for owner in ("ann", "o'team"):
        answer = json.loads(advised.headroom("report", "owner", owner, "--format", "json").stdout)
        assert {row["job_name"] for row in answer["waste"]} == {"align", *(r.job for r in OTHERS)}
        first = answer["recommendations"][0]
        assert (first["job_name"], first["recommended_mb"]) == ("align", 7130)
    rows = list(
        csv.DictReader(
            advised.headroom("report", "owner", "ann", "--format", "csv").stdout.splitlines()
        )
    )
    assert rows[0]["Memory Requests"] == "16000M -> 7130M"
    assert (rows[0]["Name"], rows[0]["Memory Diff"]) == ("align", "-8870M")
    shown = advised.headroom("report", "owner", "ann", "--rule", "percentile").stdout
    assert "6,160" in shown
    assert "Prices are examples" in shown


def test_the_change_of_definitions_is_printed_for_flotilla_alone(advised: Project) -> None:
    printed = advised.headroom("report", "owner", "ann", "--format", "sql").stdout
    assert "update" not in printed
    advised.execute("update marts.waste__recommendations set source = 'flotilla'")
    advised.execute("update marts.waste__attempts_daily set source = 'flotilla'")
    printed = advised.headroom("report", "owner", "ann", "--format", "sql").stdout
    assert "update flotilla.task_def set memory = 7130 where alias = 'align';" in printed


def test_an_unknown_owner_is_told_near_names(advised: Project) -> None:
    outcome = advised.headroom("report", "owner", "anne")
    assert outcome.returncode == 2
    assert "no attempt belongs to 'anne'" in outcome.stderr
    assert "near names are: ann" in outcome.stderr
