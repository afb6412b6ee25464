"""Histories of failures and Kubernetes listings: what is read, and what is said of the rest."""

import gzip
import io
import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import landed_tables
from headroom.loads.failures import Options, history, load_failures
from headroom.loads.failures.failures_read import (
    EVENTS,
    KUBERNETES_EVENTS,
    PODS,
    REJECTS,
    SOLUTIONS,
    FailuresRead,
)
from headroom.loads.failures.load import _read
from headroom.loads.failures.record import record_solution
from headroom.loads.failures.values import count, flag, instant, text
from headroom.loads.tally import Tally
from headroom.reading.inputs import Source, open_source
from headroom.reading.values import BadValueError
from headroom.settings import Settings
from tests.support import check_history, public_history
from tests.support.check_history import SCHEMA
from tests.support.public_history import FILE

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
EVENT = {
    "job_name": "train",
    "project": "ml-team",
    "failure_type": "OOMKilled",
    "timestamp": "2026-01-20 12:00:00",
    "pod_name": "train-0",
    "node_name": "gpu-node-03",
}


def make_history(
    path: Path,
    events: Iterable[dict[str, Any]] = (),
    solutions: Iterable[tuple[Any, ...]] = (),
    schema: str = SCHEMA,
) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema)
        for event in events:
            names, marks = ", ".join(event), ", ".join("?" * len(event))
            database.execute(
                f"insert into failure_events ({names}) values ({marks})",
                tuple(event.values()),
            )
        for solution in solutions:
            database.execute(
                "insert into failure_solutions"
                " (failure_type, description, success_count, failure_count, last_used)"
                " values (?, ?, ?, ?, ?)",
                solution,
            )
        database.commit()
    return path


def read(*paths: Path, **options: Any) -> FailuresRead:
    collected = FailuresRead(Tally())
    for path in paths:
        source = Source(path)
        with open_source(source) as stream:
            _read(collected, source, stream, Options(**options))
    return collected


def read_json(document: Any) -> FailuresRead:
    collected = FailuresRead(Tally())
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    stream = io.BufferedReader(io.BytesIO(raw))  # type: ignore[arg-type]
    _read(collected, Source(Path("listing.json")), stream, Options())
    return collected


def rows(collected: FailuresRead, name: str) -> list[dict[str, Any]]:
    batches = collected.incoming()[landed_tables()[name]]
    return [row for batch in batches for row in batch.to_pylist()]


def reasons(collected: FailuresRead) -> list[str]:
    return sorted(row["reason"] for row in rows(collected, REJECTS))


# Values


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-20 12:00:00",
        "2026-01-20T12:00:00",
        "2026-01-20T12:00:00Z",
        "2026-01-20T14:00:00+02:00",
        "2026-01-20 14:00:00 +0200",
        "2026-01-20 12:00:00 UTC",
        "20260120T120000Z",
        1768910400,
        "1768910400",
        1768910400.0,
        "1768910400000",
        "1768910400000000",
    ],
)
def test_times(written: Any) -> None:
    assert instant("t", written) == NOON


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "0", "1e9", "12:00", "1" * 40])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(BadValueError):
        instant("t", written)


@pytest.mark.parametrize("written", [None, "", " ", "unknown", "Unknown", "UNKNOWN "])
def test_unknown_is_null(written: Any) -> None:
    assert text(written) is None
    assert instant("t", written) is None
    assert count("c", written) is None
    assert flag("f", written) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [(-1, "negative"), (10**9, "out of range"), ("2.5", "not a whole"), (b"x", "not a whole")],
)
def test_what_is_no_count_is_refused(written: Any, reason: str) -> None:
    with pytest.raises(BadValueError, match=reason):
        count("gpu_count", written, 10_000)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_times_come_back(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert instant("t", moment.isoformat()) == moment
    assert instant("t", moment.replace(tzinfo=None).isoformat(" ")) == moment


@given(st.text(max_size=30) | st.floats() | st.integers() | st.binary(max_size=20))
def test_any_value_is_read_or_refused(value: Any) -> None:
    for reader in (instant, count, flag):
        try:
            reader("v", value)  # type: ignore[operator]
        except BadValueError:
            continue


# Histories


def test_a_history_is_read_as_it_is(tmp_path: Path) -> None:
    event = {**EVENT, "memory_request": "16Gi", "cpu_request": "500m", "gpu_count": 4}
    event |= {"resolved": 1, "resolution_type": "restart", "resolution_timestamp": 1768914000}
    path = make_history(tmp_path / "mine.db", [event], [("OOMKilled", "more", 6, 1, "")])
    collected = read(path)
    assert collected.tally.is_clean
    (row,) = rows(collected, EVENTS)
    assert (row["source"], row["event_id"], row["occurred_at"]) == ("mine", 1, NOON)
    assert row["memory_request_mb"] == Decimal("17179.869184")
    assert (row["cpu_request_millicores"], row["gpu_count"]) == (500, 4)
    assert row["resolved_at"] == datetime(2026, 1, 20, 13, tzinfo=UTC)
    (solution,) = rows(collected, SOLUTIONS)
    assert (solution["record_id"], solution["success_count"]) == ("", 6)
    assert collected.replaced == {"mine"}
    assert rows(read(path, source="theirs"), EVENTS)[0]["event_key"] != row["event_key"]


def test_an_id_that_starts_anew_is_another_event(tmp_path: Path) -> None:
    first = make_history(tmp_path / "first.db", [EVENT])
    again = {**EVENT, "timestamp": "2026-01-21 12:00:00", "pod_name": "train-1"}
    second = make_history(tmp_path / "second.db", [again])
    keys = {rows(read(path, source="s"), EVENTS)[0]["event_key"] for path in (first, second)}
    assert len(keys) == 2
    same = make_history(tmp_path / "third.db", [{**EVENT, "timestamp": "2026-01-20T12:00:00Z"}])
    assert rows(read(same, source="s"), EVENTS)[0]["event_key"] in keys


def test_values_that_cannot_be_are_named_and_the_row_is_kept(tmp_path: Path) -> None:
    bad = {**EVENT, "gpu_count": -1, "memory_request": "16Qi", "cpu_request": "many"}
    bad |= {"resolved": 7, "resolution_timestamp": "soon", "node_name": "Unknown"}
    collected = read(make_history(tmp_path / "h.db", [bad, {**EVENT, "gpu_count": 10**9}]))
    kept = rows(collected, EVENTS)
    assert [row["gpu_count"] for row in kept] == [None, None]
    assert kept[0]["node_name"] is None
    assert (kept[0]["memory_request"], kept[0]["memory_request_mb"]) == ("16Qi", None)
    assert reasons(collected) == [
        "cpu_request is not an amount; the row is kept",
        "gpu_count is negative; the row is kept",
        "gpu_count is out of range; the row is kept",
        "memory_request has the unknown suffix Qi; the row is kept",
        "resolution_timestamp is not a time; the row is kept",
        "resolved is neither 0 nor 1; the row is kept",
    ]


def test_an_overflow_is_flagged_and_no_reject(tmp_path: Path) -> None:
    event = {**EVENT, "memory_request": "2147486648Mn"}
    collected = read(make_history(tmp_path / "h.db", [event, {**EVENT, "memory_request": "1Gi"}]))
    kept = [
        (row["has_memory_overflow"], row["memory_request_mb"]) for row in rows(collected, EVENTS)
    ]
    assert kept == [(True, None), (False, Decimal("1073.741824"))]
    assert collected.tally.is_clean


def test_rows_that_say_nothing_are_rejected_and_the_others_kept(tmp_path: Path) -> None:
    events = [{**EVENT, "timestamp": "noon"}, {**EVENT, "timestamp": None}, EVENT]
    solutions = [
        ("OOMKilled", "more", 5, -2, None),  # more successes than attempts
        ("OOMKilled", "less", 10**10, 0, None),
        ("OOMKilled", "", 1, 0, None),
        ("unknown", "x", 1, 0, None),
        ("OOMKilled", "same", 1, 0, "long ago"),
        ("OOMKilled", "good", None, 2, None),
    ]
    collected = read(make_history(tmp_path / "h.db", events, solutions))
    assert [row["event_id"] for row in rows(collected, EVENTS)] == [3]
    kept = [(row["description"], row["last_used_at"]) for row in rows(collected, SOLUTIONS)]
    assert kept == [("same", None), ("good", None)]
    assert reasons(collected) == [
        "failure_count is negative",
        "last_used is not a time; the row is kept",
        "success_count is out of range",
        "the solution has no failure_type or no description",
        "the solution has no failure_type or no description",
        "timestamp is missing",
        "timestamp is not a time",
    ]


def test_a_solution_that_stands_twice_is_added_up(tmp_path: Path) -> None:
    path = make_history(
        tmp_path / "h.db",
        schema=SCHEMA.replace(", unique (failure_type, description)", ""),
        solutions=[
            ("OOMKilled", "more token=a", 6, 1, "2026-01-20 12:00:00"),
            ("OOMKilled", "more token=a", 2, 3, "2026-01-19"),
            ("OOMKilled", "less", 1, 0, None),
            ("OOMKilled", "less", 1, 0, None),
            ("Error", "less", 1, 0, None),
        ],
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "update failure_solutions set created_at = date('2026-01-01', id || ' day')"
        )
        database.commit()
    landed = [
        (row["failure_type"], row["description"], row["success_count"], row["failure_count"])
        for row in rows(read(path), SOLUTIONS)
    ]
    assert landed == [
        ("OOMKilled", "more token=***", 8, 4),
        ("OOMKilled", "less", 2, 0),
        ("Error", "less", 1, 0),
    ]
    first = rows(read(path), SOLUTIONS)[0]
    assert (first["last_used_at"], first["created_at"].day) == (NOON, 2)


SECRETS = "password=hunter2 psql://me:hunter2@db AKIAABCDEFGHIJKLMNOP Bearer hunter2"


def test_two_solutions_that_differ_in_prose_or_in_a_secret_stay_two(tmp_path: Path) -> None:
    """A word of prose is shown; of secrets only is shown that they are not the same."""
    told = ["Refresh the token hourly", "Refresh the token manually"]
    hidden = ["Set password=hunter2", "Set password=hunter3", "Set password=***"]
    solutions = [("E", text, 1, place, None) for place, text in enumerate([*told, *hidden])]
    path = make_history(tmp_path / "h.db", (), solutions)
    found = [(row["description"], row["failure_count"]) for row in rows(read(path), SOLUTIONS)]
    assert found == [
        (told[0], 0),
        (told[1], 1),
        ("Set password=***", 2),
        ("Set password=*** (2)", 3),
        ("Set password=*** (3)", 4),
    ]


@given(st.lists(st.text("ab 12=", min_size=1, max_size=6), unique=True, min_size=2, max_size=6))
def test_no_two_solutions_become_one_because_of_a_mask(values: list[str]) -> None:
    collected = FailuresRead(Tally())
    for value in values:
        texts = {"source": "s", "failure_type": "E", "description": f"Set token='{value}'"}
        counts = {"success_count": 1, "failure_count": 0}
        collected.add(SOLUTIONS, {**texts, **counts, "record_id": ""})
    found = [row["description"] for row in rows(collected, SOLUTIONS)]
    assert len(set(found)) == len(values)
    assert found[0] == "Set token=***"


def test_a_solution_with_a_secret_is_not_recorded(tmp_path: Path) -> None:
    """Two records that differ in a secret only would be added up as one solution."""
    settings = Settings("duckdb", tmp_path / "w.duckdb", "public")
    with pytest.raises(UsageError, match=r"password=\*\*\*") as raised:
        record_solution(settings, "OOMKilled", "restart with password=hunter2", worked=True)
    assert "hunter2" not in f"{raised.value.message}{raised.value.hint}"


def test_secrets_do_not_land_and_names_stay(tmp_path: Path) -> None:
    long = "x " * 15_000 + " token: hunter2"
    event = {name: SECRETS for name in ("error_message", "logs_snippet", "resolution_type")}
    event |= {**EVENT, "events_snippet": long, "gpu_count": "password=hunter2"}
    event["container_image"] = f"https://me:hunter2@reg/tokenizer:3.0@sha256:{'a' * 64}"
    path = make_history(tmp_path / "h.db", [event], [("OOMKilled", SECRETS, 1, 0, None)])
    collected = read(path)
    landed = str([rows(collected, name) for name in (EVENTS, SOLUTIONS, REJECTS)])
    assert "hunter2" not in landed
    assert "AKIA" not in landed
    (row,) = rows(collected, EVENTS)
    assert row["error_message"] == "password=*** psql://me:***@db *** Bearer ***"
    assert row["container_image"] == f"https://me:***@reg/tokenizer:3.0@sha256:{'a' * 64}"
    assert len(row["events_snippet"]) == 20_000


# Histories as the published analyser writes them


def test_the_published_analysers_names_are_read_and_its_correlations_passed_over() -> None:
    with closing(sqlite3.connect(FILE)) as database:
        assert database.execute("select count(*) from failure_correlations").fetchone() == (3,)
    collected = read(FILE)
    assert collected.tally.is_clean, collected.tally.unreadable
    assert not collected.tally.skipped
    found = [(row["description"], row["success_count"]) for row in rows(collected, SOLUTIONS)]
    assert found == [(solution[1], solution[2]) for solution in public_history.SOLUTIONS]
    assert [row["error_message"] for row in rows(collected, EVENTS)] == [
        event[-1] for event in public_history.EVENTS
    ]


def test_the_sample_is_what_its_writer_writes(tmp_path: Path) -> None:
    public_history.write_history(tmp_path / "h.db")
    with (
        closing(sqlite3.connect(tmp_path / "h.db")) as made,
        closing(sqlite3.connect(FILE)) as kept,
    ):
        assert list(made.iterdump()) == list(kept.iterdump())


def test_names_in_any_case_further_columns_and_both_names(tmp_path: Path) -> None:
    """Where a table has both names the document's counts, and the other one is named."""
    schema = """
        create table FAILURE_SOLUTIONS (Failure_Type text, DESCRIPTION text, note text,
            Solution_Description text, Success_Count int, failure_count int, last_used text,
            created_at text);
        insert into failure_solutions values ('E', 'this', 'n', 'not this', 1, 0, null, null);
        create view failure_events as select '2026-01-20' as timestamp;
    """
    collected = read(make_history(tmp_path / "h.db", schema=schema))
    assert [row["description"] for row in rows(collected, SOLUTIONS)] == ["this"]
    assert set(collected.tally.skipped) == {
        f"column {name} of failure_solutions, which is not known"
        for name in ("note", "solution_description")
    }
    told = " ".join(collected.tally.unreadable)
    assert "failure_events: it has no row ids: a view" in told


def test_a_missing_column_is_named_as_the_document_names_it(tmp_path: Path) -> None:
    schema = "create table failure_solutions (failure_type text, success_count int);"
    told = " ".join(read(make_history(tmp_path / "h.db", schema=schema)).tally.unreadable)
    assert "failure_solutions has no column description, failure_count, last_used" in told
    assert "it has no table failure_events" in told


# Databases that are not as they should be


def test_another_version_of_the_schema_is_named(tmp_path: Path) -> None:
    schema = """
        create table failure_events (ID integer primary key, timestamp text, pod_name text,
            region text);
        create table failure_solutions (failure_type text, solution text);
    """
    event = {"timestamp": "2026-01-20", "pod_name": "p", "region": "r"}
    collected = read(make_history(tmp_path / "h.db", [event], schema=schema))
    (row,) = rows(collected, EVENTS)
    assert (row["pod_name"], row["job_name"], row["gpu_count"]) == ("p", None, None)
    said = "\n".join(collected.tally.unreadable)
    assert "failure_events has no column job_name, project" in said
    assert "failure_solutions has no column description, success_count" in said
    skipped = "column region of failure_events, which is not known"
    assert dict(collected.tally.skipped)[skipped] == 1
    assert collected.replaced == set()


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    collected = read(make_history(tmp_path / "other.db", schema="create table t (x)"))
    assert not rows(collected, EVENTS)
    assert collected.tally.unreadable


@pytest.mark.parametrize("table", ["failure_events", "failure_solutions"])
def test_a_view_is_named_and_replaces_nothing(tmp_path: Path, table: str) -> None:
    path = make_history(tmp_path / "h.db", [EVENT], [("OOMKilled", "more", 1, 0, None)])
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"alter table {table} rename to kept")
        database.execute(f"create view {table.upper()} as select * from kept")
        database.commit()
    collected = read(path)
    assert collected.tally.unreadable == [
        f"{path}: {table}: it has no row ids: a view, or a table of another version"
    ]
    found = len(rows(collected, EVENTS)), len(rows(collected, SOLUTIONS))
    assert found == ((0, 1) if table == "failure_events" else (1, 0))
    assert collected.replaced == ({"h"} if table == "failure_events" else set())


@pytest.mark.parametrize("content", [b"", b"no database", b"\x00\x01", b"[1, 2]", b"{}", b'"x"'])
def test_what_is_neither_form_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "h.db"
    path.write_bytes(content)
    assert set(reasons(read(path))) == {
        "neither a SQLite history nor pods or events of Kubernetes in JSON"
    }


def test_the_magic_alone_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.write_bytes(b"SQLite format 3\x00" + b"junk" * 2000)
    (said,) = read(path).tally.unreadable
    assert said == f"{path}: it is not a SQLite database, or it is encrypted"


def many(path: Path) -> Path:
    events = [
        {**EVENT, "pod_name": f"p{place}", "logs_snippet": "x" * 500} for place in range(4000)
    ]
    return make_history(path, events, [("OOMKilled", "more", 1, 0, None)])


def test_the_good_rows_of_a_damaged_database_are_kept(tmp_path: Path) -> None:
    path = many(tmp_path / "h.db")
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(raw)
    collected = read(path)
    ids = sorted(row["event_id"] for row in rows(collected, EVENTS))
    assert (ids[0], ids[-1]) == (1, 4000)
    assert 3950 < len(ids) == len(set(ids)) < 4000
    assert collected.tally.unreadable == [f"{path}: it is damaged; its readable part was loaded"]
    # What a damaged database lacks is not taken away.
    assert collected.replaced == set()


def test_a_database_that_was_cut_off_says_that_nothing_was_read(tmp_path: Path) -> None:
    path = many(tmp_path / "h.db")
    path.write_bytes(path.read_bytes()[: 4096 * 200])
    collected = read(path)
    assert collected.tally.unreadable == [f"{path}: it is damaged; nothing in it can be read"]
    assert (collected.tally.parsed, collected.replaced) == (0, set())


def test_a_locked_database_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "BUSY_SECONDS", 0.1)
    path = make_history(tmp_path / "h.db", [EVENT])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        (said,) = read(path).tally.unreadable
        assert said.endswith(
            "another program has locked the file; load it again when that program has ended"
        )
        other.execute("rollback")
    assert read(path).tally.is_clean


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_database_that_is_being_written_is_read(tmp_path: Path, mode: str) -> None:
    path = make_history(tmp_path / "h.db", [EVENT])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"pragma journal_mode = {mode}")
        other.execute("begin immediate")
        other.execute("update failure_events set job_name = 'half'")
        collected = read(path)
        other.execute("commit")
    assert collected.tally.is_clean
    assert {row["job_name"] for row in rows(collected, EVENTS)} == {"train"}
    assert {row["job_name"] for row in rows(read(path), EVENTS)} == {"half"}


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_writer_at_work_is_not_hindered(tmp_path: Path, mode: str) -> None:
    path = many(tmp_path / "h.db")
    is_done, written = threading.Event(), list[int]()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
            other.execute(f"pragma journal_mode = {mode}")
            while not is_done.is_set():
                other.execute("insert into failure_events (timestamp) values ('2026-01-20')")
                written.append(1)
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        loads = [read(path) for _ in range(3)]
    finally:
        is_done.set()
        writer.join()
    assert written
    assert all(load.tally.is_clean for load in loads)
    assert [len(rows(load, EVENTS)) >= 4000 for load in loads] == [True] * 3


def test_a_database_is_only_read(tmp_path: Path) -> None:
    path = make_history(tmp_path / "a? b%20#c.db", [EVENT])
    before = path.read_bytes()
    path.chmod(stat.S_IRUSR)
    assert len(rows(read(path), EVENTS)) == 1
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]  # noqa: PTH208


def test_files_beside_a_database_belong_to_it(tmp_path: Path) -> None:
    make_history(tmp_path / "h.db", [EVENT])
    for end in ("-wal", "-journal"):
        (tmp_path / f"h.db{end}").touch()
    settings = Settings("duckdb", tmp_path / "w" / "x.duckdb", "none")
    options = Options(csv_folder=tmp_path / "csv")
    tally = load_failures(settings, [str(tmp_path / "h.db*")], options)
    assert (tally.sources, tally.is_clean) == (1, True)


def test_a_packed_database_and_one_on_standard_input_are_refused(tmp_path: Path) -> None:
    raw = make_history(tmp_path / "h.db").read_bytes()
    packed = tmp_path / "h.db.gz"
    packed.write_bytes(gzip.compress(raw))
    assert "unpack it" in read(packed).tally.unreadable[0]
    collected = FailuresRead(Tally())
    stream = io.BufferedReader(io.BytesIO(raw))  # type: ignore[arg-type]
    _read(collected, Source(None), stream, Options())
    assert "unpack it" in collected.tally.unreadable[0]


def test_a_damaged_gzip_is_reported_and_the_others_are_loaded(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(json.dumps(make_pod(OK, phase="Succeeded")).encode()))
    (tmp_path / "cut.json").write_bytes(packed[:-20])
    packed[20:30] = b"\xff" * 10
    (tmp_path / "damaged.json").write_bytes(packed)
    make_history(tmp_path / "h.db", [EVENT])
    settings = Settings("duckdb", tmp_path / "x.duckdb", "none")
    tally = load_failures(settings, [str(tmp_path)], Options(csv_folder=tmp_path / "csv"))
    assert (len(tally.unreadable), tally.parsed) == (2, 1)


def test_sources_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    paths = [make_history(tmp_path / f"{name}.db", [EVENT]) for name in ("a", "b")]
    with pytest.raises(UsageError, match="both be the source s"):
        read(*paths, source="s")
    assert len(rows(read(*paths), EVENTS)) == 2
    with pytest.raises(UsageError, match="recorded"):
        read(paths[0], source="recorded")
    settings = Settings("duckdb", tmp_path / "x.duckdb", "none")
    with pytest.raises(UsageError, match="empty"):
        load_failures(settings, [str(paths[0])], Options(source=" "))


def test_strict_loads_nothing(tmp_path: Path) -> None:
    path = make_history(tmp_path / "h.db", [{**EVENT, "gpu_count": -1}])
    settings = Settings("duckdb", tmp_path / "x.duckdb", "none")
    with pytest.raises(InputRejectedError, match="nothing was loaded"):
        load_failures(settings, [str(path)], Options(strict=True))
    assert not settings.duckdb_path.exists()


# Pods


def make_pod(
    *containers: dict[str, Any], phase: str = "Failed", meta: Any = None, **status: Any
) -> Any:
    names = [{"name": f"c{place}", "image": f"image{place}"} for place in range(len(containers))]
    named = [{**container, "name": f"c{place}"} for place, container in enumerate(containers)]
    return {
        "kind": "Pod",
        "metadata": {"name": "train-0", "namespace": "runai-ml", "uid": "u", **(meta or {})},
        "spec": {"nodeName": "n1", "containers": names},
        "status": {"phase": phase, "containerStatuses": named, **status},
    }


def ended(code: int, reason: str, **more: Any) -> dict[str, Any]:
    times = {"startedAt": "2026-01-20T11:00:00Z", "finishedAt": "2026-01-20T12:00:00Z"}
    return {"terminated": {"exitCode": code, "reason": reason, **times, **more}}


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": f"{reason} now"}}


OK = {"state": ended(0, "Completed")}
RUNNING = {"state": {"running": {"startedAt": "2026-01-20T11:30:00Z"}}}


def one_pod(pod: Any) -> dict[str, Any]:
    collected = read_json({"kind": "PodList", "items": [pod]})
    assert collected.tally.is_clean, collected.tally.shown
    (row,) = rows(collected, PODS)
    return row


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (make_pod(OK, phase="Succeeded"), ("Completed", 0, "image0")),
        (make_pod({"state": ended(137, "OOMKilled")}), ("OOMKilled", 137, "image0")),
        (make_pod(OK, {"state": ended(2, "Error")}), ("Error", 2, "image1")),
        # Killed for memory, and yet it ended well: some programs catch a child's end.
        (make_pod({"state": ended(0, "OOMKilled")}), ("OOMKilled", 0, "image0")),
        (
            make_pod({"state": waiting("ImagePullBackOff")}, phase="Pending"),
            ("ImagePullBackOff", None, "image0"),
        ),
        (
            make_pod({"state": waiting("ContainerCreating")}, phase="Pending"),
            (None, None, "image0"),
        ),
        (
            make_pod(
                {"state": waiting("CrashLoopBackOff"), "lastState": ended(1, "Error")},
                phase="Running",
            ),
            ("CrashLoopBackOff", 1, "image0"),
        ),
        (
            make_pod(
                {"state": waiting("CrashLoopBackOff"), "lastState": ended(137, "OOMKilled")},
                phase="Running",
            ),
            ("OOMKilled", 137, "image0"),
        ),
        (
            make_pod({**RUNNING, "lastState": ended(137, "OOMKilled")}, phase="Running"),
            ("OOMKilled", 137, "image0"),
        ),
        (
            make_pod({**OK, "lastState": ended(1, "Error")}, phase="Succeeded"),
            ("Completed", 0, "image0"),
        ),
        (make_pod(RUNNING, phase="Running"), (None, None, "image0")),
        (make_pod(reason="Evicted", message="node was low on memory"), ("Evicted", None, None)),
        (
            make_pod({"state": ended(137, "Error")}, reason="DeadlineExceeded"),
            ("DeadlineExceeded", 137, "image0"),
        ),
        (make_pod(RUNNING, phase="Running", reason="NodeLost"), ("NodeLost", None, "image0")),
        (
            make_pod(
                {"state": ended(137, "Error")},
                conditions=[{"type": "DisruptionTarget", "reason": "PreemptionByScheduler"}],
            ),
            ("PreemptionByScheduler", 137, "image0"),
        ),
        (
            make_pod(
                phase="Pending",
                conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}],
            ),
            ("Unschedulable", None, None),
        ),
        (
            make_pod(
                {"state": waiting("PodInitializing")},
                initContainerStatuses=[
                    {"name": "init", "image": "fetch:1", "state": ended(3, "Error")}
                ],
            ),
            ("Error", 3, "fetch:1"),
        ),
    ],
)
def test_how_a_pod_ended(pod: Any, expected: tuple[Any, ...]) -> None:
    row = one_pod(pod)
    assert (row["reason"], row["exit_code"], row["image"]) == expected


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        (
            [{"state": waiting("CrashLoopBackOff"), "lastState": ended(137, "OOMKilled")}],
            "CrashLoopBackOff",
        ),
        ([OK, {"state": waiting("ErrImageNeverPull")}], "ErrImageNeverPull"),
        ([{**RUNNING, "lastState": ended(137, "OOMKilled")}], None),
        ([{"state": waiting("ContainerCreating")}], None),
    ],
)
def test_why_a_pod_waits(containers: list[Any], expected: str | None) -> None:
    """The reason is about the last end, also where it runs again: waiting says that it failed."""
    assert one_pod(make_pod(*containers, phase="Running"))["waiting_reason"] == expected


def test_the_image_of_an_init_container_is_its_own() -> None:
    pod = make_pod(
        {"state": waiting("PodInitializing")},
        initContainerStatuses=[{"name": "init", "state": ended(3, "Error")}],
    )
    pod["spec"]["initContainers"] = [{"name": "init", "image": "fetch:1"}]
    assert one_pod(pod)["image"] == "fetch:1"


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({}, ("train-0", "ml", None)),
        ({"labels": {"workloadName": "w", "project": "p", "user": "ana"}}, ("w", "p", "ana")),
        (
            {"annotations": {"user": "ben"}, "labels": {"runai/project": "q"}},
            ("train-0", "q", "ben"),
        ),
        ({"labels": {"training.kubeflow.org/job-name": "k"}}, ("k", "ml", None)),
        (
            {"ownerReferences": [{"kind": "Job", "name": "j", "controller": True}]},
            ("j", "ml", None),
        ),
        (
            {
                "ownerReferences": [{"kind": "ReplicaSet", "name": "web-5d4f", "controller": True}],
                "labels": {"pod-template-hash": "5d4f"},
            },
            ("web", "ml", None),
        ),
        ({"ownerReferences": [{"kind": "Node", "name": "n"}]}, ("train-0", "ml", None)),
    ],
)
def test_job_project_and_user(meta: Any, expected: tuple[Any, ...]) -> None:
    row = one_pod(make_pod(OK, phase="Succeeded", meta=meta))
    assert (row["job_name"], row["project"], row["user_name"]) == expected


def test_what_a_pod_asks_for_is_summed_over_its_containers() -> None:
    pod = make_pod(OK, OK, phase="Succeeded")
    for container, cpu in zip(pod["spec"]["containers"], ("1", "500m"), strict=True):
        container["resources"] = {
            "requests": {"cpu": cpu, "memory": "1Gi"},
            "limits": {"nvidia.com/gpu": "2"},
        }
    row = one_pod(pod)
    assert (row["cpu_request_millicores"], row["gpu_count"]) == (1500, 4)
    assert (row["memory_request_mb"], row["has_memory_overflow"]) == (Decimal("2147.483648"), False)


def test_an_overflow_of_a_pod_is_flagged_and_no_reject() -> None:
    pod = make_pod(OK, OK, phase="Succeeded")
    for container, amount in zip(pod["spec"]["containers"], ("2147486648Mn", "1Gi"), strict=True):
        container["resources"] = {"requests": {"memory": amount}}
    row = one_pod(pod)
    assert (row["memory_request_mb"], row["has_memory_overflow"]) == (None, True)


def test_when_a_pod_began_and_ended() -> None:
    row = one_pod(make_pod({"state": ended(1, "Error")}, meta={"creationTimestamp": "2026-01-20"}))
    assert row["created_at"] == datetime(2026, 1, 20, tzinfo=UTC)
    assert row["started_at"] == datetime(2026, 1, 20, 11, tzinfo=UTC)
    assert row["finished_at"] == NOON
    evicted = make_pod(reason="Evicted", startTime="2026-01-20T12:00:00Z")
    assert (one_pod(evicted)["started_at"], one_pod(evicted)["finished_at"]) == (None, NOON)
    assert one_pod(make_pod(RUNNING, phase="Running"))["finished_at"] is None


# Events


def test_both_versions_of_an_event_say_the_same() -> None:
    about = {"kind": "Pod", "name": "p", "namespace": "ns", "uid": "pu"}
    meta = {"name": "p.1", "namespace": "ns", "uid": "e"}
    common = {"kind": "Event", "metadata": meta, "type": "Warning", "reason": "BackOff"}
    times = ("2026-01-20T11:00:00Z", "2026-01-20T12:00:00Z")
    old = {
        **common,
        "involvedObject": about,
        "message": "m token=hunter2",
        "count": 3,
        "firstTimestamp": times[0],
        "lastTimestamp": times[1],
        "source": {"component": "kubelet", "host": "n1"},
        "eventTime": None,
    }
    new = {
        **common,
        "regarding": about,
        "note": "m token=hunter2",
        "series": {"count": 3, "lastObservedTime": times[1]},
        "eventTime": times[0],
        "reportingController": "kubelet",
        "reportingInstance": "n1",
    }
    found = [rows(read_json(event), KUBERNETES_EVENTS)[0] for event in (old, new)]
    assert found[0] == found[1]
    assert found[0]["message"] == "m token=***"
    assert (found[0]["event_count"], found[0]["node_name"]) == (3, "n1")
    assert (found[0]["first_seen_at"].hour, found[0]["last_seen_at"]) == (11, NOON)


def test_mixed_nested_and_foreign_kinds() -> None:
    pod, event = make_pod(OK, phase="Succeeded"), {"metadata": {"name": "e"}}
    document = {
        "kind": "List",
        "items": [
            pod,
            {"kind": "EventList", "items": [event]},
            {"kind": "Node"},
            7,
            {"kind": "Pod"},
        ],
    }
    collected = read_json(document)
    assert len(rows(collected, PODS)) == len(rows(collected, KUBERNETES_EVENTS)) == 1
    assert dict(collected.tally.skipped) == {
        "object of another kind: Node": 1,
        "object of another kind: ": 1,
    }
    assert reasons(collected) == ["Pod: it has no name"]


def test_a_watch_writes_objects_one_behind_the_other() -> None:
    pods = [make_pod(OK, phase="Succeeded", meta={"uid": name}) for name in "ab"]
    written = "\n".join(json.dumps(pod, indent=1) for pod in pods)
    assert len(rows(read_json(written.encode()), PODS)) == 2
    cut = read_json(written[:-40].encode())
    assert [row["pod_uid"] for row in rows(cut, PODS)] == ["a"]
    assert reasons(cut) == ["the JSON is cut off; the objects before the last one were loaded"]


@pytest.mark.parametrize(("cut_at", "kept"), [('List"', "ab"), ('"c"', "a"), ('"b"', "")])
def test_a_listing_that_is_cut_before_its_kind_is_a_listing(cut_at: str, kept: str) -> None:
    """kubectl writes fields by name: the items, and what they are a list of behind them."""
    pods = [make_pod(OK, phase="Succeeded", meta={"uid": name}) for name in "abc"]
    written = json.dumps({"apiVersion": "v1", "items": pods, "kind": "List"}, sort_keys=True)
    cut = read_json(written[: written.index(cut_at)].encode())
    assert [row["pod_uid"] for row in rows(cut, PODS)] == list(kept)
    assert reasons(cut) == ["the JSON is cut off; the objects before the last one were loaded"]


def test_no_env_of_a_pod_is_read_also_where_it_is_cut_or_odd() -> None:
    pods = []
    for name in "ab":
        pod = make_pod({"state": ended(1, "Error")}, meta={"uid": name})
        for container in pod["spec"]["containers"]:
            container["env"] = [{"name": "KEY", "value": "hunter2"}]
            container["resources"] = {"requests": {"memory": "1Qi"}}
        pods.append(pod)
    pods.append({"kind": "Pod", "metadata": "hunter2", "spec": pods[0]["spec"]})
    written = json.dumps({"kind": "List", "items": pods}).encode()
    for end in range(1, len(written), 7):
        collected = read_json(written[:end])
        everything = [rows(collected, name) for name in collected.batches]
        assert "hunter2" not in str(everything)
        assert "hunter2" not in str(collected.tally)


POD_FIELDS = ["metadata", "spec", "status", "containers", "name", "containerStatuses", "state"]
POD_FIELDS += ["terminated", "exitCode", "resources", "requests", "memory", "labels", "phase"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(POD_FIELDS),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_pods_of_any_shape_are_read_or_rejected(content: Any) -> None:
    pod = {**content, "kind": "Pod"} if isinstance(content, dict) else content
    collected = read_json({"kind": "PodList", "items": [pod]})
    assert rows(collected, PODS) or rows(collected, REJECTS)


# The check history


def test_the_samples_are_what_the_generator_makes(tmp_path: Path) -> None:
    check_history.write(tmp_path)
    for name in ("events.json", "pods.json.gz"):
        unpack = gzip.decompress if name.endswith("gz") else bytes
        made, kept = ((folder / name).read_bytes() for folder in (tmp_path, check_history.FOLDER))
        assert unpack(made) == unpack(kept)
    dumps = []
    for folder in (tmp_path, check_history.FOLDER):
        uri = f"file:{folder / 'history.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            dumps.append(list(database.iterdump()))
    assert dumps[0] == dumps[1]
