"""The live writer does what it counts, at its rate, and tells its own errors."""

import time
from collections.abc import Iterator

import psycopg
import pytest
import yaml

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.live_writer import CORRECTIONS, LiveWriter
from tests.support.project import Project
from tests.support.small_fleet import write_small

SOURCES = PROJECT_DIR / "models" / "staging" / "flotilla" / "_flotilla__sources.yml"
RATE = 200
SECONDS = 3


@pytest.fixture
def live(make_project: MakeProject) -> Iterator[Project]:
    with make_project("postgres", "live") as project:
        with project.in_environment():
            write_small(project.settings)
        yield project


def test_every_column_that_a_model_reads_is_corrected() -> None:
    tables = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"][0]["tables"]
    (read,) = [table["columns"] for table in tables if table["name"] == "task"]
    assert set(CORRECTIONS) == {column["name"] for column in read} - {"run_id"}


def test_it_does_what_it_counts(live: Project) -> None:
    live.execute("create table flotilla.before as select * from flotilla.task")
    with LiveWriter(live, RATE, correcting=0.3, deleting=0.02) as writer:
        time.sleep(SECONDS)
    counts = writer.counts
    assert 0.5 * RATE * SECONDS < sum(counts.values()) < 1.1 * RATE * SECONDS
    assert min(counts[name] for name in ("queued", "started", "ended", "corrected")) > 50
    assert counts["deleted"] == len(set(writer.deleted)) > 0
    assert counts["corrected"] == len(writer.corrected)
    ((added, gone),) = live.query(
        "select count(*) filter (where b.run_id is null), count(*) filter (where t.run_id is null)"
        " from flotilla.task as t full join flotilla.before as b using (run_id)"
    )
    # A run may be queued, ended and deleted within the block.
    old = {run_id for (run_id,) in live.query("select run_id from flotilla.before")}
    assert gone == len(old & set(writer.deleted))
    assert added == counts["queued"] - len(set(writer.deleted) - old)
    # What had ended was changed by nothing but corrections, and by nearly all of them.
    changed = {
        run_id
        for (run_id,) in live.query(
            "select run_id from flotilla.task as t inner join flotilla.before as b using (run_id)"
            " where b.status not in ('QUEUED', 'PENDING', 'RUNNING') and to_jsonb(t) <> to_jsonb(b)"
        )
    }
    corrected = {run_id for run_id, _ in writer.corrected} & old - set(writer.deleted)
    assert changed <= corrected
    assert len(changed) > 0.8 * len(corrected)


def test_it_holds_a_low_rate_and_stops(live: Project) -> None:
    with LiveWriter(live, 5) as writer:
        time.sleep(2)
    done = sum(writer.counts.values())
    assert 5 <= done <= 20
    before = live.query("select count(*) from flotilla.task")
    time.sleep(0.5)
    assert live.query("select count(*) from flotilla.task") == before
    assert sum(writer.counts.values()) == done


def test_its_own_error_reaches_the_test(live: Project) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), LiveWriter(live, RATE):
        live.execute("drop table flotilla.task")
        time.sleep(1)
