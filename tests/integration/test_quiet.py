"""What did not change is not run: a test for each thing that a build is made from.

Keys that stand twice, rows without a key and the like: test_pull.py asks for them before each pull.
One complete build on each engine is the beginning of all cases. Each changes something, asks which
domains a build would make, and takes the change back.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headroom.build import Work, find_work
from headroom.errors import BuildFailedError
from headroom.settings import PROJECT_DIR, Settings
from headroom.watermarks import code_digest
from tests.support.project import Project
from tests.support.raw import definition_row, run_row, write_raw

START = datetime(2025, 11, 1, 12, tzinfo=UTC)
SAMPLES = PROJECT_DIR / "samples"
ALL = ("flotilla", "builds", "failures", "throughput")
SOURCE = ("flotilla", "failures")
RUNS = [run_row(f"eks-{day:02}", queued_at=START + timedelta(days=day)) for day in range(30)]


def load(project: Project, *arguments: str) -> None:
    outcome = project.headroom("load", *arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.fixture(scope="module")
def complete(module_project: Project) -> Project:
    """A warehouse with data of every domain, built to the end."""
    with module_project.in_environment():
        write_raw(module_project.settings, RUNS, [definition_row()])
    load(module_project, "build-stats", str(SAMPLES / "builds"))
    load(module_project, "failures", str(SAMPLES / "failures"))
    log = SAMPLES / "throughput" / "reported_run.log"
    load(module_project, "perf-logs", "--calibration", "c1", str(log))
    outcome = module_project.headroom("build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "Building flotilla, builds, failures, throughput\n" in outcome.stdout
    return module_project


@pytest.fixture
def quiet(complete: Project) -> Iterator[Project]:
    with complete.in_environment():
        write_raw(complete.settings, RUNS, [definition_row()])
        assert work(complete).domains == ()
        yield complete


def work(project: Project) -> Work:
    return find_work(project.settings, ALL, is_asked=False)


def pulls(project: Project) -> int:
    return int(project.query("select count(*) from headroom_operations.pulls")[0][0])


def test_nothing_new_is_a_sentence_and_goes_on_with_the_scrub(quiet: Project) -> None:
    before = pulls(quiet)
    outcome = quiet.headroom("build")
    assert outcome.returncode == 0, outcome.stderr
    assert re.search(
        r"Nothing changed since [\d: -]+ UTC: 30 rows of the source, loaded logs, seeds and code",
        outcome.stdout,
    )
    assert "Building" not in outcome.stdout
    assert "Scrub: days from the first day" in outcome.stdout
    assert pulls(quiet) == before + 1


@pytest.mark.parametrize(
    "change",
    [
        "update flotilla.task set run_id = 'eks-late' where run_id = 'eks-29'",
        "update flotilla.task set memory = 2048 where run_id = 'eks-00'",
        "delete from flotilla.task where run_id = 'eks-28'",
        "update flotilla.task set queued_at = queued_at + interval '1 day' where run_id = 'eks-03'",
        "update flotilla.task set queued_at = null where run_id = 'eks-03'",
        "update flotilla.task_def set memory = 1",
        "delete from flotilla.task_def",
        "insert into headroom_operations.pull_requests (is_whole) values (true)",
        "insert into headroom_operations.held_days values (date '2025-11-01', 5, 5)",
        "insert into headroom_operations.quarantined_runs values ('eks-gone', 'of a reason', 1)",
        "delete from headroom_operations.next_comparison where statement_name = 'source_rows'",
        "update headroom_operations.next_comparison set statement = 'select from from'"
        " where statement_name = 'source_rows'",
    ],
)
def test_what_differs_in_the_source_is_left_to_the_pull(quiet: Project, change: str) -> None:
    tables = ("pull_requests", "held_days", "quarantined_runs", "next_comparison")
    kept = {t: quiet.query(f"select * from headroom_operations.{t}") for t in tables}
    before = pulls(quiet)
    quiet.execute(change)
    try:
        assert work(quiet).domains == SOURCE
        assert pulls(quiet) == before
    finally:
        for table, rows in kept.items():
            quiet.execute(f"delete from headroom_operations.{table}")
            for row in rows:
                values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in row)
                quiet.execute(f"insert into headroom_operations.{table} values ({values})")


@pytest.mark.parametrize("day", [3, 40])
def test_a_run_that_is_new_is_left_to_the_pull(quiet: Project, day: int) -> None:
    late = run_row("eks-late", queued_at=START + timedelta(days=day))
    write_raw(quiet.settings, [*RUNS, late], [definition_row()])
    assert work(quiet).domains == SOURCE


def test_a_correction_is_found_within_one_round_of_the_scrub(quiet: Project) -> None:
    limit = (
        "update headroom_reference.pull_limits set limit_value = {} where pull_limit = 'scrub_rows'"
    )
    quiet.execute(limit.format(5))
    try:
        quiet.execute("update flotilla.task set memory = 2048 where run_id = 'eks-16'")
        found = [work(quiet).domains for _ in range(6)]
        assert found.count(SOURCE) >= 1
        assert found.count(()) >= 1
    finally:
        quiet.execute(limit.format(200_000))


@pytest.mark.parametrize(
    ("arguments", "domain"),
    [
        (("perf-logs", "--calibration", "c2", "throughput/experiment_a.log.gz"), "throughput"),
        (("failures", "failures"), "failures"),
        (("build-stats", "builds"), "builds"),
    ],
)
def test_what_is_loaded_concerns_its_domain(
    quiet: Project, arguments: tuple[str, ...], domain: str
) -> None:
    """A load that changes nothing concerns none; one that brings rows back concerns its own."""
    *options, place = arguments
    table = {
        "throughput": "landed_timings",
        "failures": "landed_pods",
        "builds": "landed_build_samples",
    }
    quiet.execute("create table kept_marks as select * from headroom_operations.changed_parts")
    try:
        quiet.execute(f"delete from headroom_landed.{table[domain]}")
        load(quiet, *options, str(SAMPLES / place))
        assert work(quiet).domains == (domain,)
    finally:
        quiet.execute("delete from headroom_operations.changed_parts")
        quiet.execute("insert into headroom_operations.changed_parts select * from kept_marks")
        quiet.execute("drop table kept_marks")


def test_a_table_that_is_gone_builds_everything(quiet: Project) -> None:
    quiet.execute("alter table marts.builds__samples rename to gone")
    assert work(quiet) == replace(work(quiet), domains=ALL, has_seeds=True)
    quiet.execute("alter table marts.gone rename to builds__samples")


@pytest.mark.parametrize(
    "options",
    [("--full-refresh",), ("--audit",), ("--scrub", "all"), ("--accept-deletes", "2025-11-01")],
)
def test_what_is_asked_for_is_done(
    quiet: Project, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(_: object, domains: tuple[str, ...], **how: object) -> None:
        raise BuildFailedError(f"started {' '.join(domains)}, seeds {how['has_seeds']}")

    monkeypatch.setattr("headroom.build.build_marts", started)
    outcome = quiet.headroom("build", *options)
    quiet.execute("delete from headroom_operations.pull_requests")
    assert outcome.returncode == 4
    assert f"started {' '.join(ALL)}, seeds True" in outcome.stderr


CODE_FILES = {
    "dbt_project.yml": "vars: {environment: production}",
    "profiles/profiles.yml": "threads: 2",
    "seeds/reference/masks.csv": "mask",
    "models/marts/a.sql": "select 1",
    "macros/a.sql": "macro",
    "snapshots/a.yml": "snapshot",
    "tests/dbt/a.sql": "test",
    "docs/blocks/a.md": "block",
    "src/headroom/a.py": "code",
    "own/masks.csv": "own mask",
}


def test_each_file_and_each_setting_counts(
    quiet: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quiet.settings
    for name, text in CODE_FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("HEADROOM_SEEDS", str(tmp_path / "own"))

    def digest(settings: Settings = settings, database: str = "database") -> str:
        return code_digest(settings, database, tmp_path, tmp_path / "src" / "headroom")

    digests = {digest(), digest(database="another"), digest(replace(settings, source_schema="raw"))}
    assert digest() in digests
    monkeypatch.setenv("HEADROOM_REPORTING_TIMEZONE", "Asia/Tokyo")
    digests.add(digest())
    for name in CODE_FILES:
        (tmp_path / name).write_text("another")
        digests.add(digest())
    (tmp_path / "models/marts/a.sql").rename(tmp_path / "models/marts/b.sql")
    digests.add(digest())
    assert len(digests) == len(CODE_FILES) + 5


def test_other_code_builds_everything(quiet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom.watermarks.code_digest", lambda *_: "another")
    found = work(quiet)
    assert (found.domains, found.has_seeds) == (ALL, True)


def test_plain_dbt_makes_the_next_build_a_whole_one(quiet: Project) -> None:
    complete = quiet.query("select * from headroom_operations.complete_builds")
    assert len(complete) == len(ALL)
    quiet.dbt("run", "--select", "stg_flotilla__days")
    assert quiet.query("select * from headroom_operations.complete_builds") == []
    found = work(quiet)
    assert (found.domains, found.has_seeds) == (ALL, True)


# The transaction that wrote a view last.
VIEWS = """
    select classes.relname, cast(rules.xmin as text)
    from pg_catalog.pg_class as classes
    join pg_catalog.pg_rewrite as rules on classes.oid = rules.ev_class
    join pg_catalog.pg_namespace as schemas on classes.relnamespace = schemas.oid
    where classes.relkind = 'v' and schemas.nspname = 'headroom_staging'
    order by classes.relname
"""


@pytest.mark.usually_on("postgres")
def test_a_failed_test_stays_red_and_only_what_changed_is_built(complete: Project) -> None:
    # The cases above took marks of loads back.
    assert complete.headroom("build", "--full-refresh").returncode == 0
    broken = [
        *RUNS,
        run_row("eks-broken", queued_at=START + timedelta(days=60), command="x", command_hash=None),
    ]
    with complete.in_environment():
        write_raw(complete.settings, broken, [definition_row()])
    views = complete.query(VIEWS)
    first = complete.headroom("build")
    assert first.returncode == 4
    assert "Building flotilla, failures; unchanged: builds, throughput" in first.stdout
    assert complete.query(VIEWS) == views
    again = complete.headroom("build")
    assert again.returncode == 4
    assert "Building flotilla, builds, failures, throughput" in again.stdout
    assert [name for name, _ in complete.query(VIEWS)] == [name for name, _ in views]
    assert not set(complete.query(VIEWS)) & set(views)
