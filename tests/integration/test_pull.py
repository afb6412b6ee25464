"""The pull: the source is read once, what differs is written, what is lost is not believed."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from headroom.connection import connect
from headroom.pull import PullRequest, ask
from headroom.quiet import compare_source
from headroom.settings import PROJECT_DIR, TARGETS
from headroom.warehouse import open_warehouse
from tests.conftest import BESIDE, MakeProject
from tests.support.parse import manifest_for
from tests.support.project import TABLES, Project
from tests.support.raw import Row, definition_row, run_row, write_raw

START = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NEXT = ("run", "--select", "base_flotilla__task_pulled")
# What the pull counts, as the comparison without dbt says it.
QUIET = """
    rows_read,
    case
        when scrubbed_from = timestamptz '-infinity' then '-infinity'
        else cast(scrubbed_from at time zone 'UTC' as text) || 'Z'
    end,
    cast(scrubbed_until at time zone 'UTC' as text) || 'Z',
    quarantined_runs, rows_without_key, new_runs + changed_runs + deleted_runs, held_runs
"""
OWN = [
    source
    for file in ("flotilla/_pulled__sources.yml", "operations/_operations__sources.yml")
    for source in yaml.safe_load((PROJECT_DIR / "models/staging" / file).read_text())["sources"]
]
COPY = "headroom_staging.base_flotilla__task_pulled"
FORGET = ";".join(
    f"delete from {table}"
    for table in (
        COPY,
        *(f"{source['schema']}.{table['name']}" for source in OWN for table in source["tables"]),
    )
)


@pytest.fixture(scope="module", params=[*TARGETS, pytest.param(BESIDE, marks=pytest.mark.long)])
def built(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Project]:
    """Seeds, and a first pull that found nothing: made once for all tests."""
    with make_project(request.param, "pull") as project:
        with project.in_environment():
            write_raw(project.settings, [], [])
        project.dbt("build", "--resource-type", "model", "seed", "--select", "+stg_flotilla__runs")
        yield project


@pytest.fixture
def pulled(built: Project) -> Iterator[Project]:
    """A warehouse in which nothing was pulled yet."""
    with built.in_environment():
        limit(built, "scrub_rows", 200_000)
        built.execute(FORGET)
        yield built


def pull(project: Project, runs: list[Row], *options: str, succeeds: bool = True) -> None:
    """Pull again; the limits stay as a test has set them.

    The comparison without dbt finds nothing to do only where the pull has nothing to do, and has
    compared the same.
    """
    write_raw(project.settings, runs, [definition_row()])
    with open_warehouse(project.settings) as warehouse:
        quiet = compare_source(warehouse)
    assert succeeds or quiet is None
    project.dbt(*NEXT, *options, succeeds=succeeds)
    if quiet and not options and last_pull(project, "is_whole") == (False,):
        assert last_pull(project, QUIET) == (
            quiet.rows, quiet.starts_at, quiet.ends_at, quiet.quarantined, quiet.without_key, 0, 0
        )  # fmt: skip
        assert changed_days(project) in ([], [None])


def limit(project: Project, name: str, value: float) -> None:
    project.execute(
        f"update headroom_reference.pull_limits set limit_value = {value}"
        f" where pull_limit = '{name}'"
    )


def accept(project: Project, first: datetime, last: datetime) -> None:
    project.execute(
        "insert into headroom_operations.pull_requests (is_whole, accept_from, accept_until)"
        f" values (false, date '{first.date()}', date '{last.date()}')"
    )


def ids(project: Project, where: str = "true") -> list[str]:
    return [run for (run,) in project.query(f"select run_id from {COPY} where {where} order by 1")]


def last_pull(project: Project, columns: str = "new_runs, changed_runs, deleted_runs") -> Any:
    return project.query(
        f"select {columns} from headroom_operations.pulls order by pull_number desc limit 1"
    )[0]


def changed_days(project: Project) -> list[Any]:
    """The days that the last pull marked, NULL last."""
    return [
        day
        for (day,) in project.query(
            "select cast(part as date) from headroom_operations.changed_parts"
            " where part_kind = 'runs' and change_number ="
            " (select max(pull_number) from headroom_operations.pulls) order by 1 nulls last"
        )
    ]


def held(project: Project) -> list[Any]:
    return project.query(
        "select queued_day, known_runs, missing_runs from headroom_operations.held_days order by 1"
    )


def history(days: int, runs_a_day: int = 3) -> list[Row]:
    """Runs of many days, the newest queued last."""
    return [
        run_row(f"eks-{day:02}-{number:02}", queued_at=START + day * DAY + number * HOUR / 10)
        for day in range(days)
        for number in range(runs_a_day)
    ]


def day(number: int) -> Any:
    return (START + number * DAY).date()


def test_the_pull_alone_reads_the_source(built: Project) -> None:
    """No other model, no snapshot and no data test reads a table that changes meanwhile."""
    manifest = manifest_for(built.environment())
    assert manifest
    live = {"source.headroom.flotilla.task", "source.headroom.flotilla.task_def"}
    live.add("model.headroom.base_flotilla__task")
    readers = {node.name for node in manifest.nodes.values() if live & set(node.depends_on_nodes)}
    assert readers == {"base_flotilla__task", "base_flotilla__task_pulled"}


def test_only_what_differs_is_written(pulled: Project) -> None:
    runs = history(20)
    pull(pulled, runs)
    assert last_pull(pulled, "new_runs, changed_runs, is_whole") == (60, 0, True)
    pull(pulled, runs)
    assert last_pull(pulled, "new_runs, changed_runs, is_whole") == (0, 0, False)
    assert changed_days(pulled) == []
    runs[-1]["memory"] = 4096
    runs[0]["exit_code"] = 1
    pull(pulled, runs)
    assert last_pull(pulled) == (0, 2, 0)
    assert changed_days(pulled) == [day(0), day(19)]


def test_columns_that_an_earlier_version_lacked_are_added_and_filled(pulled: Project) -> None:
    """Other code than that of the last pull compares all of the source."""
    runs = [
        run_row(f"eks-{number}", tier="Tier1", command="run", queued_at=START)
        for number in range(3)
    ]
    pull(pulled, runs)
    cascade = "cascade" if pulled.engine == "postgres" else ""
    pulled.execute(
        f"alter table {COPY} drop column tier {cascade};"
        "alter table headroom_operations.pulls drop column code_md5;"
        f"alter table headroom_staging.pulled_commands drop column command_number {cascade}"
    )
    pull(pulled, runs)
    assert last_pull(pulled, "changed_runs, is_whole") == (3, True)
    assert pulled.query(f"select distinct tier from {COPY}") == [("Tier1",)]
    # A command without its number would look new, and stand there twice.
    commands = "select count(*), count(command_number) from headroom_staging.pulled_commands"
    assert pulled.query(commands) == [(1, 1)]


def test_ends_that_an_earlier_version_did_not_count_are_counted(pulled: Project) -> None:
    """Also of days that no pull touches again."""
    runs = history(3)
    pull(pulled, runs)
    ends = "select queued_day, last_left_at from headroom_staging.pulled_days order by queued_day"
    counted = pulled.query(ends)
    assert counted[0][1] == max(
        run["finished_at"] for run in runs if run["queued_at"].date() == counted[0][0]
    )
    cascade = "cascade" if pulled.engine == "postgres" else ""
    pulled.execute(f"alter table headroom_staging.pulled_days drop column last_left_at {cascade}")
    pull(pulled, runs)
    assert pulled.query(ends) == counted


@pytest.mark.usually_on("duckdb")
def test_the_scrub_goes_through_older_days_within_its_budget(pulled: Project) -> None:
    """Any column, a late run, a whole late day: within one round, whatever their age."""
    runs = [run for run in history(30) if run["queued_at"].date() != day(4)]
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 12)
    runs[0]["group_name"] = "another team"
    runs += [run_row("eks-late", queued_at=START + 9 * DAY)]
    runs += [run_row("eks-late-day", queued_at=START + 4 * DAY)]
    runs += [run_row("eks-before-all", queued_at=START - 40 * DAY)]
    found = []
    for _ in range(7):
        pull(pulled, runs)
        new, changed, read = last_pull(pulled, "new_runs, changed_runs, rows_read")
        assert read <= 3 * 9 + 12 + 3  # the lookback, the budget, what came late
        found.append((new, changed))
    # Four days a pull, the first four again after the fifth.
    assert found == [(2, 1), (0, 0), (1, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    runs[0]["group_name"] = "a third team"
    pull(pulled, runs)
    changes = [last_pull(pulled, "changed_runs")]
    while changes[-1] == (0,) and len(changes) < 7:
        pull(pulled, runs)
        changes.append(last_pull(pulled, "changed_runs"))
    assert changes[-1] == (1,)


def test_a_small_history_is_compared_as_a_whole(pulled: Project) -> None:
    runs = history(30)
    pull(pulled, runs)
    for number in (0, 50, 3):
        runs[number]["memory"] = 7
        pull(pulled, runs)
        assert last_pull(pulled, "changed_runs, rows_read") == (1, 90)


def test_the_whole_source_is_compared_when_asked(pulled: Project) -> None:
    runs = history(30)
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 1)
    runs[40]["memory"] = 9
    pulled.execute("insert into headroom_operations.pull_requests (is_whole) values (true)")
    pull(pulled, runs)
    assert last_pull(pulled, "changed_runs, is_whole") == (1, True)
    pull(pulled, runs)
    assert last_pull(pulled, "changed_runs, is_whole") == (0, False)


def test_a_deletion_is_believed_up_to_a_limit(pulled: Project) -> None:
    """Ten runs, or a hundredth of the day; never all of a day."""
    sizes = {0: (3, 2), 1: (3, 3), 2: (30, 10), 3: (30, 11), 4: (1200, 12), 5: (1200, 13)}
    runs = [
        run_row(f"eks-{number}-{run:04}", queued_at=START + number * DAY)
        for number, (count, _) in sizes.items()
        for run in range(count)
    ]
    pull(pulled, runs)
    left = [run for run in runs if int(run["run_id"][6:]) >= sizes[int(run["run_id"][4])][1]]
    left.append(run_row("eks-late", queued_at=START + HOUR))
    pull(pulled, left)
    assert last_pull(pulled) == (1, 0, 2 + 10 + 12)
    assert changed_days(pulled) == [day(0), day(2), day(4)]
    assert held(pulled) == [(day(1), 3, 3), (day(3), 30, 11), (day(5), 1200, 13)]
    accept(pulled, START + DAY, START + 3 * DAY)
    pull(pulled, left)
    assert last_pull(pulled) == (0, 0, 3 + 11)
    assert held(pulled) == [(day(5), 1200, 13)]


def test_a_held_day_stays_as_it_was(pulled: Project) -> None:
    """Loaded again with other run_ids: neither the old runs go nor do the new ones come."""
    runs = history(5)
    pull(pulled, runs)
    again = [
        {**run, "run_id": f"{run['run_id']}-again"} if run["queued_at"].date() == day(1) else run
        for run in runs
    ]
    again[-1] = {**again[-1], "memory": 7}
    pull(pulled, again)
    assert held(pulled) == [(day(1), 3, 3)]
    assert ids(pulled) == sorted(run["run_id"] for run in runs)
    assert changed_days(pulled) == [day(4)]
    pull(pulled, runs)
    assert held(pulled) == []
    assert last_pull(pulled) == (0, 1, 0)


def test_a_row_that_cannot_be_used_is_listed_on_a_held_day_too(pulled: Project) -> None:
    """Nothing of the day changes; what is wrong with it is said all the same."""
    runs = history(3, 12)
    pull(pulled, runs)
    write_raw(pulled.settings, [*runs[:13], *runs[24:]], [definition_row()])
    pulled.execute_raw(
        "update flotilla.task set started_at = 'infinity' where run_id = 'eks-01-00'"
    )
    pulled.dbt(*NEXT)
    assert held(pulled) == [(day(1), 12, 11)]
    listed = pulled.query("select run_id from headroom_operations.quarantined_runs")
    assert listed == [("eks-01-00",)]
    assert last_pull(pulled, "quarantined_runs, changed_runs, deleted_runs") == (1, 0, 0)
    assert ids(pulled, "is_quarantined") == changed_days(pulled) == []


def test_runs_that_were_never_queued_can_be_accepted_as_deleted(pulled: Project) -> None:
    """They have no day to name: who accepts any day accepts them."""
    never = [{**run_row(f"eks-never-{number}"), "queued_at": None} for number in range(2)]
    runs = history(3)
    pull(pulled, [*runs, *never])
    pull(pulled, runs)
    assert held(pulled) == [(None, 2, 2)]
    accept(pulled, START, START)
    pull(pulled, runs)
    assert held(pulled) == []
    assert len(ids(pulled)) == 9


def test_an_empty_source_changes_nothing(pulled: Project) -> None:
    runs = history(3)
    pull(pulled, runs)
    pull(pulled, [])
    assert held(pulled) == [(day(number), 3, 3) for number in range(3)]
    assert len(ids(pulled)) == 9
    pull(pulled, runs)
    assert held(pulled) == []


LOST = {
    "one day only": (lambda number: number != 12, range(13, 24)),
    "a year missing": (lambda number: 6 <= number < 18, range(6, 18)),
}


@pytest.mark.parametrize("lost", LOST)
def test_days_that_the_source_lost_stay(pulled: Project, lost: str) -> None:
    """Also all but one day; what is older than the oldest that is left is retention.

    What was lost cannot be told from what will be loaded again.
    """
    is_lost, held_months = LOST[lost]
    months = [START + (number - 18) * 30 * DAY for number in range(24)]
    runs = [run_row(f"eks-{number}", queued_at=moment) for number, moment in enumerate(months)]
    pull(pulled, runs)
    pull(pulled, [run for number, run in enumerate(runs) if not is_lost(number)])
    assert held(pulled) == [(months[number].date(), 1, 1) for number in held_months]
    assert len(ids(pulled)) == 24
    pull(pulled, runs)
    assert held(pulled) == changed_days(pulled) == []


def test_a_load_that_is_interrupted_changes_nothing(pulled: Project) -> None:
    """Truncated and loaded up to the middle of a day; then to its end."""
    runs = history(4, 30)
    pull(pulled, runs)
    pull(pulled, runs[:75])
    assert held(pulled) == [(day(2), 30, 15), (day(3), 30, 30)]
    assert changed_days(pulled) == []
    pull(pulled, runs)
    assert held(pulled) == changed_days(pulled) == []
    assert len(ids(pulled)) == 120


def test_a_truncate_and_reload_in_the_middle_of_a_build_changes_nothing(
    make_project: MakeProject,
) -> None:
    """Only a server has a second writer: it truncates and reloads while pulls run."""
    stopped = threading.Event()
    with make_project("postgres", "reloaded") as project, project.in_environment():
        write_raw(project.settings, history(20, 30), [definition_row()])
        project.dbt("build", *TABLES, "--select", "+base_flotilla__task_pulled")
        project.execute("create table flotilla.kept as select * from flotilla.task")
        with connect() as connection, ThreadPoolExecutor() as pool:

            def reload() -> int:
                count = 0
                while not stopped.is_set():
                    with connection.transaction():
                        connection.execute("truncate flotilla.task")
                        connection.execute("insert into flotilla.task select * from flotilla.kept")
                    count += 1
                return count

            reloads = pool.submit(reload)
            for _ in range(3):
                project.dbt(*NEXT)
                assert changed_days(project) == []
                assert len(ids(project)) == 600
            stopped.set()
            assert reloads.result() > 3
        project.dbt(*NEXT)
        assert held(project) == changed_days(project) == []


def test_what_the_source_no_longer_keeps_stays(pulled: Project) -> None:
    """Retention, of 90 days say, also under a full refresh; a day cut in its middle keeps runs."""
    runs = history(30)
    pull(pulled, runs)
    for options in ((), ("--full-refresh",)):
        pull(pulled, runs[31:], *options)
        assert held(pulled) == []
        assert len(ids(pulled)) == 90
    accept(pulled, START, START + 9 * DAY)
    pull(pulled, runs[31:])
    assert len(ids(pulled)) == 60


def test_a_row_that_cannot_be_used_is_set_aside_until_it_is_correct(pulled: Project) -> None:
    runs = history(20)
    never = run_row("eks-new", queued_at=START + 5 * DAY, memory=1)
    pulled_runs = [*runs, never]
    pull(pulled, runs)
    pulled.execute("drop view headroom_staging.base_flotilla__task cascade")
    pulled.execute_raw("alter table flotilla.task alter column memory type bigint")
    pulled.dbt("run", "--select", "base_flotilla__task")
    pulled.execute_raw("update flotilla.task set memory = 3000000000 where run_id = 'eks-19-00'")
    pulled.execute_raw(
        "update flotilla.task set started_at = 'infinity' where run_id = 'eks-05-01'"
    )
    pulled.dbt(*NEXT)
    assert pulled.query(
        "select run_id, reason from headroom_operations.quarantined_runs order by 1"
    ) == [
        ("eks-05-01", "started_at is not within the years 1 to 9999"),
        ("eks-19-00", "memory is beyond 2,147,483,647"),
    ]
    assert ids(pulled, "is_quarantined") == ["eks-05-01", "eks-19-00"]
    assert ids(pulled, "is_quarantined and memory = 1024") == ["eks-05-01", "eks-19-00"]
    assert changed_days(pulled) == [day(5), day(19)]
    pulled.dbt(*NEXT)
    assert changed_days(pulled) == []
    pull(pulled, pulled_runs)
    assert pulled.query("select * from headroom_operations.quarantined_runs") == []
    assert ids(pulled, "is_quarantined") == []
    assert last_pull(pulled) == (1, 2, 0)


def test_a_row_set_aside_is_found_again_wherever_it_is(pulled: Project) -> None:
    """Its moment was the fault: correct, it lies in a day that no scrub of this build reaches."""
    runs = history(30)
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 1)
    wrong = run_row("eks-x", queued_at=datetime(2999, 1, 1, tzinfo=UTC))
    pull(pulled, [*runs, wrong])
    reason = "select reason from headroom_operations.quarantined_runs"
    assert pulled.query(reason) == [("queued_at is ahead of the clock",)]
    assert len(ids(pulled, "not is_settled")) == 0
    pull(pulled, [*runs, {**wrong, "queued_at": START + 15 * DAY}])
    assert pulled.query(reason) == []
    assert last_pull(pulled) == (1, 0, 0)


def test_too_many_rows_that_cannot_be_used_stop_the_build(pulled: Project) -> None:
    runs = history(20)
    pull(pulled, runs)
    future = [run_row(f"eks-x{n}", queued_at=datetime(2999, 1, 1, tzinfo=UTC)) for n in range(11)]
    pull(pulled, [*runs[:-1], *future], succeeds=False)
    assert last_pull(pulled, "pull_number") == (1,)
    assert len(ids(pulled)) == 60
    pull(pulled, [*runs, *future[:10]])
    assert last_pull(pulled, "quarantined_runs") == (10,)


def test_a_key_that_stands_twice_stops_the_build(pulled: Project) -> None:
    runs = history(3)
    pull(pulled, runs)
    twice = [*runs, {**runs[4]}, run_row("eks-new", queued_at=START + 2 * DAY)]
    pull(pulled, twice, succeeds=False)
    assert len(ids(pulled)) == 9


def test_a_key_that_stands_on_two_days_stops_the_build(pulled: Project) -> None:
    """Also where the older day is not compared in this build."""
    runs = history(30)
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 1)
    pull(pulled, [*runs, {**runs[60], "queued_at": START + 29 * DAY}], succeeds=False)
    assert len(ids(pulled)) == 90


def test_rows_without_a_key_are_counted(pulled: Project) -> None:
    pull(pulled, history(3))
    pulled.execute_raw("alter table flotilla.task alter column run_id drop not null")
    pulled.execute_raw("update flotilla.task set run_id = null where run_id = 'eks-02-00'")
    pulled.dbt(*NEXT)
    assert last_pull(pulled, "deleted_runs, rows_without_key") == (1, 1)


def test_a_run_that_moves_names_both_days(pulled: Project) -> None:
    runs = history(30)
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 1)
    runs[-1]["queued_at"] = START + 12 * DAY  # out of what this pull compares
    pull(pulled, runs)
    assert changed_days(pulled) == [day(12), day(29)]
    runs[40]["queued_at"] = START + 28 * DAY  # into it
    pull(pulled, runs)
    assert changed_days(pulled) == [day(13), day(28)]
    runs[-2]["queued_at"] = None
    pull(pulled, runs)
    assert changed_days(pulled) == [day(29), None]
    assert len(ids(pulled)) == 90
    assert last_pull(pulled) == (0, 1, 0)


def test_a_run_is_settled_by_its_end_or_its_age(pulled: Project) -> None:
    """By age: so long before the newest run. Its day is marked when that comes."""
    old = run_row("eks-old", status="RUNNING", queued_at=START, finished_at=None)
    again = run_row("eks-again", status="NEEDS_RETRY", queued_at=START + 8 * DAY)
    recent = run_row("eks-recent", status="RUNNING", queued_at=START + 8 * DAY, finished_at=None)
    pull(pulled, [old, again, recent])
    assert ids(pulled, "is_settled") == ["eks-again"]
    newest = run_row("eks-newest", status="QUEUED", queued_at=START + 8 * DAY + HOUR)
    pull(pulled, [old, again, recent, newest])
    assert ids(pulled, "is_settled") == ["eks-again", "eks-old"]
    assert changed_days(pulled) == [day(0), day(8)]


def test_a_changed_definition_names_the_days_that_it_can_change(pulled: Project) -> None:
    runs = [*history(3), run_row("eks-other", definition_id="definition-2", queued_at=START + DAY)]
    pull(pulled, runs)
    definitions = [definition_row(), definition_row("definition-2")]
    write_raw(pulled.settings, runs, definitions)
    pulled.dbt(*NEXT)
    assert changed_days(pulled) == [day(1)]
    definitions[0]["memory"] = 5000
    write_raw(pulled.settings, runs, definitions)
    pulled.dbt(*NEXT)
    assert changed_days(pulled) == []
    memory = "select memory from headroom_staging.pulled_definitions order by definition_id"
    assert pulled.query(memory) == [(5000,), (1000,)]


def test_a_definition_that_is_deleted_and_made_again_is_known_again(pulled: Project) -> None:
    """The days of its runs are marked when it is there again."""
    runs = history(3)
    known = "select definition_id, memory from headroom_staging.pulled_definitions"
    pull(pulled, runs)
    write_raw(pulled.settings, runs, [])
    pulled.dbt(*NEXT)
    assert pulled.query(known) == []
    write_raw(pulled.settings, runs, [definition_row(memory=2000)])
    pulled.dbt(*NEXT)
    assert pulled.query(known) == [("definition-1", 2000)]
    assert changed_days(pulled) == [day(0), day(1), day(2)]


def test_days_that_are_asked_for_are_compared_and_made_again(pulled: Project) -> None:
    runs = history(30)
    pull(pulled, runs)
    limit(pulled, "scrub_rows", 3)
    runs[-60]["memory"] = 4096
    again = (day(9), day(11))
    with pulled.in_environment():
        ask(pulled.settings, PullRequest(again=again))
    pull(pulled, runs)
    assert last_pull(pulled) == (0, 1, 0)
    assert set(changed_days(pulled)) == {day(9), day(10), day(11)}
    pull(pulled, runs)
    assert changed_days(pulled) == []


def test_a_changed_command_of_an_old_run_arrives_on_a_quiet_build(pulled: Project) -> None:
    """Nothing else happened; the scrub finds it, and its words are kept."""
    runs = history(20)
    pull(pulled, [{**run, "command": "first"} for run in runs])
    changed = [{**run, "command": "first"} for run in runs]
    changed[0]["command"] = "second"
    pull(pulled, changed)
    assert last_pull(pulled) == (0, 1, 0)
    assert changed_days(pulled) == [day(0)]
    kept = "select command from headroom_staging.pulled_commands order by 1"
    assert pulled.query(kept) == [("first",), ("second",)]


def test_commands_are_kept_masked_and_once(pulled: Project) -> None:
    runs = [
        run_row("eks-1", command="run --password hunter2-secret"),
        run_row("eks-2", command="run --password hunter2-secret"),
        run_row("eks-3", command="plain", exit_code=1, exit_reason="token=hunter3-secret refused"),
    ]
    pull(pulled, runs)
    kept = "select command from headroom_staging.pulled_commands order by 1"
    assert pulled.query(kept) == [("plain",), ("run --password ***",)]
    assert pulled.query(f"select exit_reason from {COPY} where exit_reason is not null") == [
        ("token=*** refused",)
    ]


def test_a_changed_mask_reads_the_commands_again(pulled: Project) -> None:
    """What the source no longer has loses its words, and is counted."""
    gone = run_row("eks-gone", queued_at=START - 10 * DAY, command="get https://me:secret-1@host")
    runs = [run_row("eks-1", command="put https://me:secret-2@host")]
    pull(pulled, [*runs, gone])
    kept = "select command from headroom_staging.pulled_commands order by 1 nulls last"
    assert pulled.query(kept) == [("get https://me:***@host",), ("put https://me:***@host",)]
    pulled.execute("delete from headroom_reference.masks where mask_name like 'url%'")
    pull(pulled, runs)
    assert pulled.query(kept) == [("put https://me:secret-2@host",), (None,)]
    assert last_pull(pulled, "lost_commands") == (1,)
    pulled.dbt("seed", "--select", "masks")


def test_random_histories_end_as_the_source(pulled: Project) -> None:
    """Late, corrected, deleted, moved, reopened: a whole scrub makes the copy the source."""
    chance = random.Random(14)  # noqa: S311
    runs = {run["run_id"]: run for run in history(25, 4)}
    pull(pulled, list(runs.values()))
    limit(pulled, "scrub_rows", 9)
    for step in range(6):
        for number in range(8):
            moment = START + chance.uniform(-2, 26) * DAY
            runs[f"eks-{step}-{number}"] = run_row(f"eks-{step}-{number}", queued_at=moment)
        for run in chance.sample(sorted(runs), 8):
            column, value = chance.choice(
                [("memory", None), ("exit_code", 137), ("status", "RUNNING"), ("group_name", "x"),
                 ("queued_at", START + chance.uniform(0, 25) * DAY), ("queued_at", None)]
            )  # fmt: skip
            runs[run] = {**runs[run], column: value}
        for run in chance.sample(sorted(runs), 2):
            del runs[run]
        pull(pulled, list(runs.values()))
    pulled.execute(
        "insert into headroom_operations.pull_requests (is_whole, accept_from, accept_until)"
        " values (true, date '2025-01-01', date '2026-01-01')"
    )
    pull(pulled, list(runs.values()))
    columns = ("run_id", "memory", "exit_code", "status", "group_name", "queued_at")
    found = pulled.query(f"select {', '.join(columns)} from {COPY}")
    expected = {tuple(run.get(column) for column in columns) for run in runs.values()}
    assert {(*row[:5], row[5] and row[5].astimezone(UTC)) for row in found} == expected
    assert len(found) == len(expected)
    counted = pulled.query("select coalesce(sum(run_count), 0) from headroom_staging.pulled_days")
    assert counted == [(len(expected),)]
