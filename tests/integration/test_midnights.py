"""Midnights that come twice or not at all: as of any moment every run counts once."""

from datetime import UTC, datetime, timedelta

from headroom.report.compiled import AS_OF_TOKEN
from headroom.warehouse import open_warehouse
from tests.support.project import Project

RUNS = """
    drop schema if exists marts cascade;
    create schema marts;
    create table marts.flotilla__runs (
        queued_at timestamptz, finished_at timestamptz, queued_day date, finished_day date,
        definition_id text, definition_alias text, baseline_memory_mb integer, memory_mb integer,
        is_elevated boolean, is_final boolean, is_definition_missing boolean, is_oom boolean,
        is_ara_enabled boolean, is_at_cap boolean, is_elevated_ara_enabled boolean,
        command_hash text, command_md5 text, exit_code integer, memory_gb_hours decimal(18, 6)
    );
"""
# The day on which the clocks are changed, and how.
ZONES = {
    # 01:00 becomes 00:00: midnight comes twice.
    "Atlantic/Azores": datetime(2025, 10, 26, tzinfo=UTC),
    # 00:00 becomes 01:00: midnight does not come.
    "America/Sao_Paulo": datetime(2018, 11, 4, 3, tzinfo=UTC),
    # 00:00 becomes 23:00 of the day before.
    "Africa/Cairo": datetime(2024, 10, 31, 21, tzinfo=UTC),
    # 00:01 becomes 23:01: the day after has begun before the day is over.
    "America/St_Johns": datetime(2010, 11, 7, 2, 30, tzinfo=UTC),
}
ZONE = "name-of-the-zone"
STEP = timedelta(minutes=7, seconds=30)
MOMENTS = 5 * 8


def made(project: Project, *asked: str) -> str:
    """Compile once for every zone: a place in the text stands for the name of one."""
    return project.compiled(
        *asked, "--vars", f"{{reporting_timezone: {ZONE}, as_of: {AS_OF_TOKEN}}}"
    )


def test_as_of_a_moment_around_midnight_counts_every_run_once(project: Project) -> None:
    row = made(project, "--inline", "{{ to_day('q') }}, {{ to_day('f') }}")
    counted = made(project, "--select", "flotilla__allocation_daily")
    allocation = made(project, "--select", "int_flotilla__allocation_as_of")
    asked = f"select cast(sum(run_count) as bigint) from ({allocation}) as allocation"
    for zone, midnight in ZONES.items():
        moments = [midnight + STEP * (number - MOMENTS // 2) for number in range(MOMENTS)]
        values = ", ".join(
            f"(timestamptz '{moment}', timestamptz '{moment + STEP * 3}')" for moment in moments
        )
        project.execute(
            f"{RUNS} insert into marts.flotilla__runs select q, f, {row.replace(ZONE, zone)},"
            " 'd', 'd', 1, 1, false, true, false, true, false, false, false, 'h', 'c', 137, 1"
            f" from (values {values}) as runs (q, f);"
            f" create table marts.flotilla__allocation_daily as {counted}"
        )
        sql = asked.replace(ZONE, zone)
        with project.in_environment(), open_warehouse(project.settings, read_only=True) as marts:
            for number, moment in enumerate(moments[1:], 1):
                found = marts.scalar(sql.replace(AS_OF_TOKEN, moment.isoformat()))
                assert found == number, (zone, moment)


def test_a_day_starts_at_its_first_instant(project: Project) -> None:
    start = made(project, "--inline", "{{ day_start(\"date 'some-day'\") }}")
    for zone, day, first in (
        ("Atlantic/Azores", "2025-10-26", "2025-10-26 00:00:00"),
        ("Atlantic/Azores", "2025-10-27", "2025-10-27 01:00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00:00"),
        ("America/Sao_Paulo", "2018-11-05", "2018-11-05 02:00:00"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30 22:00:00"),
        ("Africa/Cairo", "2024-11-01", "2024-10-31 22:00:00"),
        ("America/Havana", "2024-11-03", "2024-11-03 04:00:00"),
        ("America/St_Johns", "2010-11-07", "2010-11-07 02:30:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00:00"),
    ):
        sql = start.replace(ZONE, zone).replace("some-day", day)
        found = project.query(f"select {sql}")[0][0]
        assert found == datetime.fromisoformat(first).replace(tzinfo=UTC), (zone, day)
