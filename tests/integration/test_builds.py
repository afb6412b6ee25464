"""Logs of builds from the file to the marts: the same tables on both engines and by every way."""

import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from headroom.landed.contract import landed_tables
from headroom.landed.landing import POSTGRES_LOCK, arrow_rows, land
from headroom.landed.seed_csv import write_seeds
from headroom.loads.build_stats import Options, load_build_stats
from headroom.loads.build_stats.facts import report_row
from headroom.settings import PROJECT_DIR, TARGETS
from tests.support.canonical import export_marts, export_tables
from tests.support.project import Project, copy_of_the_seeds

LOGS = PROJECT_DIR / "samples" / "builds"
BAD_LOGS = PROJECT_DIR / "samples" / "bad" / "cut_off_build.log"
# What a load of build stats makes; other loads have other tables.
NAMES = ("landed_build_reports", "landed_build_samples", "landed_rejects")
LANDED = [landed_tables()[name].relation for name in NAMES]
# Text that a CSV, dbt or an engine could take for something else.
AWKWARD = [
    "",
    "null",
    " NULL ",
    "\\",
    'say "x"',
    "two\nlines",
    "a\r\nb",
    "~r~t",
    "é\u3000",
    "';--",
    None,
]

# Builds of the largest that a load accepts: their counters fall or jump with each sample, and the
# clock of one of them goes back and forth by a century.
LIMIT_SAMPLES = 2000
LIMITS = (
    f"""
    insert into headroom_landed.landed_build_reports (
        build_id, report_id, sample_count, queue_seconds, working_seconds
    )
    values
        ('limits', 'limits', {LIMIT_SAMPLES}, 1000000000, 1000000000),
        ('limits clock', 'limits', {LIMIT_SAMPLES}, 1000000000, 1000000000)
    """,
    f"""
    insert into headroom_landed.landed_build_samples (
        build_id, sample_index, sampled_at, cpu_pct, memory_used_gb, memory_total_gb,
        io_read_mb, io_write_mb
    )
    select
        build_id,
        number,
        case
            when build_id = 'limits clock' and number % 2 = 1
                then cast('2099-12-31 00:00:00+00' as timestamptz)
            else cast('1990-01-01 00:00:00+00' as timestamptz) + number * interval '20 seconds'
        end,
        case when number % 2 = 0 then 100000 else 0.0001 end,
        case when number % 2 = 0 then 0 else 100000 end,
        100000,
        100000000 - number,
        case when number % 2 = 0 then 0 else 100000000 end
    from headroom_landed.landed_build_reports
    cross join generate_series(0, {LIMIT_SAMPLES} - 1) as numbers (number)
    where report_id = 'limits'
    """,
)


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, LANDED)


def load(project: Project, *paths: Path) -> None:
    with project.in_environment():
        load_build_stats(project.settings, [str(path) for path in paths], Options())


def awkward_rejects() -> list[dict[str, str | None]]:
    return [
        {
            "reject_id": f"{place:02d}",
            "hook": "test",
            "subject": text,
            "reason": "r",
            "excerpt": text,
        }
        for place, text in enumerate(AWKWARD)
    ]


@pytest.fixture(scope="module")
def both(
    both_projects: dict[str, Project],
) -> dict[str, Project]:
    """The sample logs and builds at the limits, loaded and built on both engines."""
    for project in both_projects.values():
        load(project, LOGS, BAD_LOGS)
        for statement in LIMITS:
            project.execute(statement)
        project.dbt("seed")
        project.dbt("run", "--select", "path:models/staging/builds+")
    return both_projects


def test_both_engines_hold_the_same(both: dict[str, Project]) -> None:
    assert landed(both["duckdb"]) == landed(both["postgres"])
    exports = {}
    for target, project in both.items():
        with project.in_environment():
            exports[target] = {
                name: lines
                for name, lines in export_marts(project.settings, intermediates=()).items()
                if name.startswith("marts.builds__")
            }
    assert exports["duckdb"] == exports["postgres"]
    assert len(exports["duckdb"]) == 5
    assert all(exports["duckdb"].values())


@pytest.mark.parametrize("target", TARGETS)
def test_the_published_example_and_the_summary_of_the_load(
    both: dict[str, Project], target: str
) -> None:
    project = both[target]
    rise = project.query(
        "select metric, from_value, to_value, delta, percent_change, severity"
        " from marts.builds__anomalies where build_id like '84fbeb34%'"
        " and sample_index = 10 and rule_name = 'published_spike'"
    )
    assert rise == [("memory", 52, 137, 85, Decimal("163.5"), "HIGH")]
    with project.in_environment():
        _, builds = load_build_stats(project.settings, [str(LOGS), str(BAD_LOGS)], Options())
    marts = project.query(
        "select build_id, sample_count, spike_count, trough_count, overall_consistency"
        " from marts.builds__builds where build_id not like 'limits%'"
    )
    summary = {(b.build_id, b.samples, b.spikes, b.troughs, b.consistency) for b in builds}
    assert summary == set(marts)


@pytest.mark.parametrize("target", TARGETS)
def test_the_largest_that_a_load_accepts_is_computed(both: dict[str, Project], target: str) -> None:
    found = both[target].query(
        "select build_id, read_mb, written_mb, counter_reset_count, memory_avg_gb, cpu_consistency"
        " from marts.builds__builds where build_id like 'limits%' order by build_id"
    )
    last, half = LIMIT_SAMPLES - 1, LIMIT_SAMPLES // 2
    fell = last * 10**8 - last * (last + 1) // 2
    # Where the clock goes back the difference is negative: what was written adds up to the counter.
    fell_in_order = sum(10**8 - number for number in range(1, last + 1, 2)) - (half - 1)
    assert found == [
        ("limits", fell, half * 10**8, last, 50_000, 0),
        ("limits clock", fell_in_order, 10**8, half, 50_000, 0),
    ]
    days = both[target].query(
        "select queue_seconds from marts.builds__regions_daily"
        " where built_day = cast('1990-01-01' as date)"
    )
    assert days == [(2 * 10**9,)]


def test_reload_and_any_order_change_nothing(project: Project) -> None:
    files = sorted([*LOGS.iterdir(), BAD_LOGS])
    load(project, *files)
    before = landed(project)
    assert any(before.values())
    load(project, *files)
    assert landed(project) == before
    project.drop_own_schemas()
    files = [*files[1::2], *reversed(files[::2])]
    for file in files:
        load(project, file)
    assert landed(project) == before


def test_a_longer_later_log_extends_a_build(project: Project, tmp_path: Path) -> None:
    whole = (LOGS / "cloud_build.log").read_text()
    path = tmp_path / "build.log"
    path.write_text("".join(whole.splitlines(keepends=True)[:15]))
    load(project, path)
    few = project.query("select count(*) from headroom_landed.landed_build_samples")[0][0]
    assert 0 < few < 21
    path.write_text(whole)
    load(project, path)
    project.dbt("seed")
    project.dbt("run", "--select", "+builds__builds")
    builds = project.query("select status, sample_count, report_count from marts.builds__builds")
    assert builds == [("SUCCESS", 21, 2)]


def test_seed_csvs_and_dbt_seed_give_the_same_tables(project: Project, tmp_path: Path) -> None:
    """A checkout with only its own CSVs: `--csv` twice, then `dbt seed`, also with full refresh."""
    rows = awkward_rejects()
    rejects = landed_tables()["landed_rejects"]
    load(project, LOGS, BAD_LOGS)
    with project.in_environment():
        land(project.settings, {rejects: arrow_rows(rejects, rows)})
    direct = landed(project)
    project.drop_own_schemas()

    checkout = copy_of_the_seeds(tmp_path / "checkout")
    seeds = checkout / "seeds" / "landed"
    for file in sorted([*LOGS.iterdir(), BAD_LOGS]):
        load_build_stats(project.settings, [str(file)], Options(csv_folder=seeds))
    write_seeds(seeds, {rejects: arrow_rows(rejects, rows)})
    for arguments in (["seed"], ["seed", "--full-refresh"], ["seed"]):
        project.dbt(*arguments, "--select", "path:seeds/landed", project=checkout)
        assert landed(project) == direct
    # Without the rows in its CSVs, a seed loses nothing.
    project.dbt("seed", "--full-refresh", "--select", "path:seeds/landed")
    assert landed(project) == direct


def test_text_comes_back_as_it_was(project: Project) -> None:
    rejects = landed_tables()["landed_rejects"]
    with project.in_environment():
        land(project.settings, {rejects: arrow_rows(rejects, awkward_rejects())})
    found = project.query("select excerpt from headroom_landed.landed_rejects order by reject_id")
    assert [row[0] for row in found] == AWKWARD


def test_only_what_differs_is_written(project: Project) -> None:
    table = landed_tables()["landed_build_reports"]
    first, second = (report_row(name, 0, region="r") for name in "ab")
    with project.in_environment():
        land(project.settings, {table: arrow_rows(table, [first])})
        changed = {**first, "region": None}
        (outcome,) = land(project.settings, {table: arrow_rows(table, [first, second, changed])})
    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 1, 0)
    found = project.query(f"select build_id, region from {table.relation} order by build_id")
    assert found == [("a", None), ("b", "r")]


def test_two_loads_at_once_both_land(project: Project) -> None:
    command = [sys.executable, "-m", "headroom.cli", "load", "build-stats"]
    loads = [
        subprocess.Popen(
            [*command, str(file)], env=project.environment(), stdout=subprocess.DEVNULL
        )
        for file in (LOGS / "cloud_build.log", LOGS / "build-9f8e7d6c.json")
    ]
    assert [process.wait(90) for process in loads] == [0, 0]
    builds = project.query("select count(*) from headroom_landed.landed_build_reports")
    assert builds == [(2,)]


def test_a_load_that_is_killed_leaves_nothing_and_the_next_completes_it(project: Project) -> None:
    if project.engine == "duckdb":
        pytest.skip("a DuckDB file is locked before anything is read; the server shows it best")
    load(project, LOGS / "build-1f2e3d4c.jsonl")
    before = landed(project)
    with project.in_environment(), psycopg.connect("", autocommit=False) as holder:
        holder.execute(f"select pg_advisory_xact_lock({POSTGRES_LOCK})".encode())
        process = subprocess.Popen(
            [sys.executable, "-m", "headroom.cli", "load", "build-stats", str(LOGS)],
            env=project.environment(),
        )
        deadline = time.monotonic() + 30
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while project.query(waiting) == [(0,)] and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert landed(project) == before
    load(project, LOGS)
    assert len(landed(project)["headroom_landed.landed_build_samples"]) > len(
        before["headroom_landed.landed_build_samples"]
    )


def test_strict_loads_nothing_and_a_reject_ends_with_its_exit_code(project: Project) -> None:
    strict = project.headroom("load", "build-stats", "--strict", str(LOGS), str(BAD_LOGS))
    assert strict.returncode == 7
    assert "nothing was loaded" in strict.stderr
    project.execute("create schema if not exists headroom_landed")
    tables = "select count(*) from information_schema.tables where table_schema like 'headroom%'"
    assert project.query(tables) == [(0,)]
    loaded = project.headroom("load", "build-stats", str(LOGS), str(BAD_LOGS))
    assert loaded.returncode == 7
    assert "cut off" in loaded.stderr
    assert "84fbeb34" in loaded.stdout
    kept = project.query("select subject, reason from headroom_landed.landed_rejects")
    assert kept == [("0a1b2c3d-0003", "the JSON is cut off; what is complete was loaded")]
    assert project.headroom("load", "build-stats", str(LOGS)).returncode == 0
    assert project.headroom("load", "build-stats", "nowhere").returncode == 2


def test_standard_input_is_read(project: Project) -> None:
    command = [sys.executable, "-m", "headroom.cli", "load", "build-stats", "-"]
    raw = (LOGS / "several_builds.log.gz").read_bytes()
    outcome = subprocess.run(command, input=raw, env=project.environment(), check=False)
    assert outcome.returncode == 0
    text = b"BUILD_STATS_JSON_START\n[]\nBUILD_STATS_JSON_END\n"
    outcome = subprocess.run(command, input=text, env=project.environment(), check=False)
    assert outcome.returncode == 2


def test_a_table_gets_the_columns_that_its_contract_gained(project: Project) -> None:
    load(project, LOGS / "cloud_build.log")
    before = landed(project)
    project.execute("alter table headroom_landed.landed_build_samples drop column extra_fields")
    project.dbt("seed", "--select", "path:seeds/landed")
    assert landed(project) == before
    project.execute("alter table headroom_landed.landed_build_samples drop column extra_fields")
    load(project, LOGS / "cloud_build.log")
    assert landed(project) == before
