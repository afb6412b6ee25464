"""`headroom report html` on built marts: what it writes, and what it says where it cannot."""

import re
import sys
from pathlib import Path

import duckdb
import pytest

from headroom.errors import UsageError
from headroom.report.compiled import compile_analyses, fill
from tests.conftest import MakeProject
from tests.support.project import Project

SHOWN_BOTH = ("memory", "hashes", "failures", "operations")


def written(project: Project, folder: Path, *options: str) -> str:
    """Write the page; give it."""
    file = folder / "report.html"
    outcome = project.headroom("report", "html", "--output", str(file), *options)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "Wrote" in outcome.stdout
    assert list(folder.iterdir()) == [file]
    return file.read_text(encoding="utf-8")


def section(page: str, name: str) -> str:
    (found,) = re.findall(rf'<section id="{name}".*?</section>', page, re.S)
    return str(found)


def test_both_engines_write_the_same_figures(
    small_projects: dict[str, Project], tmp_path: Path
) -> None:
    pages = {}
    for target, project in small_projects.items():
        (tmp_path / target).mkdir()
        pages[target] = written(project, tmp_path / target)
        assert len(pages[target]) < 500_000
    figures = [
        [re.sub("(?s)<pre.*?</pre>", "", section(page, name)) for name in ("today", "memory")]
        for page in pages.values()
    ]
    assert figures[0] == figures[1]
    assert "Is the fix holding?" in figures[0][0]
    for name in SHOWN_BOTH:
        assert "<figure" in section(pages["duckdb"], name)


def test_a_domain_without_data_says_what_to_load(
    small_projects: dict[str, Project], tmp_path: Path
) -> None:
    page = written(small_projects["duckdb"], tmp_path)
    assert "headroom load build-stats" in section(page, "builds")
    assert "headroom load perf-logs" in section(page, "throughput")


def test_an_earlier_moment_sees_less(small_projects: dict[str, Project], tmp_path: Path) -> None:
    project = small_projects["duckdb"]
    days_of_runs = "select distinct queued_day from marts.flotilla__elevation_daily order by 1"
    day = str(project.query(days_of_runs)[5][0])
    page = written(project, tmp_path, "--as-of", day)
    assert f"As of {day}, end of day UTC" in section(page, "memory")
    days = re.findall(r"<td[^>]*>(\d{4}-\d\d-\d\d)</td>", section(page, "memory"))
    assert max(days) == day
    assert "headroom failures analyze --as-of" in section(page, "failures")


def test_projects_that_may_not_be_seen_are_not_counted(
    small_projects: dict[str, Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = small_projects["duckdb"]
    project.variables["HEADROOM_ALLOWED_PROJECTS"] = "one"
    try:
        page = written(project, tmp_path)
    finally:
        del project.variables["HEADROOM_ALLOWED_PROJECTS"]
    assert "HEADROOM_ALLOWED_PROJECTS allows some" in section(page, "failures")
    assert "<figure" not in section(page, "failures")


def test_where_there_is_nothing_to_show_it_says_so(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    if project.engine == "duckdb":
        missing = project.headroom("report", "html", "--output", str(file))
        assert missing.returncode == 5
        assert "there is no database at" in missing.stderr
        duckdb.connect(str(project.settings.duckdb_path)).close()
    empty = project.headroom("report", "html", "--output", str(file))
    assert empty.returncode == 5
    assert "headroom build" in empty.stderr
    assert not file.exists()


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_asked(
    small: Project, tmp_path: Path
) -> None:
    outcome = small.headroom("report", "html", "--output", str(tmp_path / "no" / "r.html"))
    assert outcome.returncode == UsageError.exit_code
    assert "--output" in outcome.stderr


def test_without_the_extra_it_says_what_to_install(
    small: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = ("headroom.charts", "headroom.report.page", "altair")
    for name in [name for name in sys.modules if name.startswith(loaded)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_WithoutAltair(), *sys.meta_path])
    outcome = small.headroom("report", "html", "--output", str(tmp_path / "r.html"))
    assert outcome.returncode == 1
    assert "altair, which is not installed" in outcome.stderr
    assert "headroom[report]" in outcome.stderr


class _WithoutAltair:
    """An importer that finds no altair."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] == "altair":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_ten_thousand_definitions_are_fifty_and_the_rest(make_project: MakeProject) -> None:
    with make_project("duckdb", "test") as project, project.in_environment():
        project.execute("create schema marts")
        project.execute(
            """
            create table marts.flotilla__elevation_daily as
            select
                date '2025-12-17' as queued_day,
                'id-' || n as definition_id,
                'definition ' || n as definition_alias,
                10 as run_count,
                10 as scheduled_run_count,
                n % 3 as elevated_run_count,
                n % 2 as elevated_ara_run_count,
                1 as contaminated_run_count,
                cast(n as decimal(18, 6)) as contaminated_gb_hours
            from range(10000) as numbers (n)
            """
        )
        sql = compile_analyses(project.settings, ["overview_definitions"])["overview_definitions"]
        rows = project.query(fill(sql, {"as_of": ["2025-12-18T00:00:00+00:00"]}))
    assert len(rows) == 51
    assert rows[0][0] == "definition 9999"
    assert rows[-1][:2] == ("all 9950 others", 99_500)
    assert sum(row[1] for row in rows) == 100_000
