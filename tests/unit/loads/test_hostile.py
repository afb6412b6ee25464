"""Hostile and damaged input ends soon, within bounded memory, and with a sentence."""

import gzip
import inspect
import io
import os
import sqlite3
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from headroom.loads.dask_report.documents import MAX_SEGMENTS, embedded_documents, values
from headroom.loads.failures import Options, history
from headroom.loads.failures.failures_read import EVENTS, FailuresRead
from headroom.loads.failures.load import _read
from headroom.loads.loading import read_sources
from headroom.loads.tally import Tally
from headroom.reading import inputs
from headroom.reading.blocks import read_blocks
from headroom.reading.inputs import (
    MEGABYTE,
    BombError,
    Source,
    TooLargeError,
    find_sources,
    open_source,
    read_lines,
    read_whole,
)
from headroom.reading.tolerant_json import NotJSONError, read_json, read_stream
from tests.unit.loads.test_failures import EVENT, make_history, rows

SECONDS = 5.0


@contextmanager
def soon() -> Iterator[None]:
    """Hold what happens to a few seconds of work: what is quadratic takes minutes."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < SECONDS


def load(*paths: Path) -> FailuresRead:
    collected = FailuresRead(Tally())

    def read(source: Source, stream: io.BufferedReader) -> None:
        _read(collected, source, stream, Options())

    read_sources(collected.tally, [Source(path) for path in paths], read)
    return collected


def why(*paths: Path) -> str:
    """Give what a load says of what it could not read."""
    tally = load(*paths).tally
    return "\n".join([*tally.unreadable, *tally.rejected])


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"List","items":[{},{"a":"' + r"{\"k\":\"v\"}," * 100_000,
        '[{},"' + r"\\" * 500_000,
        '[{},"' + r"\"" * 500_000 + "\\",
        "[{}," + '"' * 1_000_001,
        "[" * 99 + "{}," * 300_000,
    ],
)
def test_json_that_is_cut_is_closed_in_one_pass(text: str) -> None:
    with soon():
        value, is_cut = read_json(text)
    assert is_cut
    assert value


def test_only_what_stood_open_at_the_end_is_closed() -> None:
    assert read_json('[{"a":[1]},{"b":[[2,{"c":3')[0] == [{"a": [1]}]
    assert read_json('[[1],{"a":{}} ) x') == ([[1], {"a": {}}], True)
    with pytest.raises(NotJSONError):
        read_stream("{" * 1000)


def test_a_line_of_a_million_carriage_returns_is_one_line() -> None:
    raw = b"a" + b"\r" * 1_000_000 + b"\nb\r\nc\rd\n"
    for end in (b"", b"\xff\n"):
        with soon():
            (block,) = read_blocks(io.BufferedReader(io.BytesIO(raw + end)))  # type: ignore[arg-type]
        assert block.texts.to_pylist() == ["a", "b", "c\rd"]


# Sizes


def test_a_document_that_takes_too_much_memory_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inputs, "MAX_DOCUMENT", 4 * MEGABYTE)
    monkeypatch.setattr(inputs, "MAX_HELD", 12 * MEGABYTE)

    def read(raw: bytes) -> str:
        return read_whole(io.BufferedReader(io.BytesIO(raw)), 2, 120)  # type: ignore[arg-type]

    assert len(read(b"x" * 4 * MEGABYTE)) == 4 * MEGABYTE
    # A number takes two bytes of the text, but a hundred of memory.
    with pytest.raises(TooLargeError, match=r"0\.2 MiB, about 110,001 values.*12 MiB of memory"):
        read(b"[" + b"1," * 110_000)
    # One character beyond the others makes each of them four bytes.
    for sign in ("\U0001f600", "\0"):
        with pytest.raises(TooLargeError, match="12 MiB"):
            read(b"x" * (3 * MEGABYTE + 500_000) + sign.encode())
    with pytest.raises(TooLargeError, match="longer than 4 MiB"):
        read(b"x" * (4 * MEGABYTE + 1))


def test_gzip_that_unfolds_to_more_than_any_log_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "FREE_UNFOLDED", MEGABYTE)
    bomb = tmp_path / "bomb.json.gz"
    bomb.write_bytes(gzip.compress(bytes(64 * MEGABYTE)))
    read = 0
    with pytest.raises(BombError, match="250 times"), open_source(Source(bomb)) as stream:
        while found := stream.read(MEGABYTE):
            read += len(found)
    assert read < 20 * MEGABYTE
    assert "bomb.json.gz: it unfolds to more than 250 times its size" in why(bomb)
    # What is as large, but no bomb, is read.
    honest = tmp_path / "honest.log.gz"
    lines = b"".join(b"%d is a line\n" % number for number in range(300_000))
    honest.write_bytes(gzip.compress(lines))
    with open_source(Source(honest)) as stream:
        assert stream.read() == lines


def test_an_array_of_a_report_holds_no_more_than_a_task_stream_can() -> None:
    assert len(values([1] * MAX_SEGMENTS)) == MAX_SEGMENTS
    packed = gzip.compress(bytes(MAX_SEGMENTS + 1))
    for column in (
        [1] * (MAX_SEGMENTS + 1),
        {"array": [1] * (MAX_SEGMENTS + 1)},
        {"__ndarray__": _base64(packed), "dtype": "int8"},
        {"__ndarray__": _base64(bytes(MAX_SEGMENTS + 1)), "dtype": "uint8"},
    ):
        with pytest.raises(ValueError, match=r"^$"):
            values(column)


def _base64(raw: bytes) -> str:
    import base64  # noqa: PLC0415

    return base64.b64encode(raw).decode()


def test_a_character_with_thousands_of_digits_is_none() -> None:
    page = f"<script type=application/json>&#{'1' * 5000};</script>"
    assert list(embedded_documents(page)) == [f"&#{'1' * 5000};"]


# What is not a file


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "WRITER_SECONDS", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert why(pipe) == f"{pipe}: nothing writes into this pipe: waited 0.2 seconds"


@pytest.mark.parametrize("pause", [0, 0.3])
def test_a_pipe_with_a_slow_writer_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    monkeypatch.setattr(inputs, "WRITER_SECONDS", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb") as file:
            for line in (b"one\n", b"two\n"):
                time.sleep(pause)
                file.write(line)
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.05)
    with open_source(Source(pipe)) as stream:
        assert [line.text for line in read_lines(stream)] == ["one", "two"]
    writer.join()


def test_what_a_shell_hands_over_as_a_file_is_read() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"one\n")
    os.close(write_end)
    with open_source(Source(Path(f"/dev/fd/{read_end}"))) as stream:
        assert stream.read() == b"one\n"
    with open_source(Source(Path(f"/dev/fd/{read_end}"))) as stream:
        assert stream.read() == b""
    os.close(read_end)


def test_devices_folders_and_files_of_other_forms_are_named(tmp_path: Path) -> None:
    assert why(Path("/dev/zero")).startswith("/dev/zero: it is a device, not a file")
    assert why(tmp_path).endswith(": it is a folder")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("pods.json", "{}")
    assert "it is a zip archive: unpack it first" in why(tmp_path / "a.zip")
    for name, raw, what in (
        ("a.zst", b"\x28\xb5\x2f\xfdxx", "packed by zstd"),
        ("a.bz2", b"BZh91AY&SYxx", "packed by bzip2"),
        ("a.xz", b"\xfd7zXZ\x00xx", "packed by xz"),
        ("a.json", '{"kind": "Pod"}'.encode("utf-16"), "it is UTF-16: write it as UTF-8"),
        ("a.tar.gz", gzip.compress(bytes(257) + b"ustar\x0000"), "it is a tar archive"),
        ("twice.gz", gzip.compress(gzip.compress(b"{}")), "packed by gzip twice"),
    ):
        (tmp_path / name).write_bytes(raw)
        assert what in why(tmp_path / name)


def test_a_name_that_is_too_long_and_folders_without_end_are_no_trouble(tmp_path: Path) -> None:
    (source,) = find_sources([str(tmp_path / ("x" * 300))])
    assert "File name too long" in why(source.path or tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path)
    deep = tmp_path / "/".join("d" * 150)
    deep.mkdir(parents=True)
    (deep / "deep.log").write_text("x")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        (source,) = find_sources([str(tmp_path)])
    finally:
        sys.setrecursionlimit(limit)
    assert source.stem == "deep"


def test_a_file_that_grows_while_it_is_read_is_read_to_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "grows.log"
    path.write_bytes(b"one\ntwo")
    found = []
    with open_source(Source(path)) as stream:
        for line in read_lines(stream):
            found.append(line.text)
            with path.open("ab") as file:
                file.write(b"\nmore" * 400_000)
    assert found == ["one", "two"]


# SQLite


def turned_back(path: Path) -> Path:
    """Make a history of 60 rows in which row 20 says that it is row 11."""
    make_history(path, [EVENT | {"logs_snippet": "x" * 20}] * 60)
    raw = bytearray(path.read_bytes())
    size = int.from_bytes(raw[16:18], "big")
    with closing(sqlite3.connect(path)) as database:
        query = "select rootpage from sqlite_master where name = 'failure_events'"
        ((root,),) = database.execute(query)
    page = (root - 1) * size
    leaf = page if raw[page] == 13 else (int.from_bytes(_first_child(raw, page), "big") - 1) * size
    place = leaf + 8 + 2 * 19
    cell = leaf + int.from_bytes(raw[place : place + 2], "big")
    row_id = cell + (2 if raw[cell] & 128 else 1)
    assert raw[row_id] == 20
    raw[row_id] = 11
    path.write_bytes(raw)
    return path


def _first_child(raw: bytearray, page: int) -> bytes:
    cell = page + int.from_bytes(raw[page + 12 : page + 14], "big")
    return bytes(raw[cell : cell + 4])


def test_a_history_whose_row_ids_go_round_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS_A_PAGE", 10)
    path = turned_back(tmp_path / "round.db")
    collected = load(path)
    assert collected.tally.unreadable == [f"{path}: it is damaged; its readable part was loaded"]
    # Those before the damage, and those from the end back to it; none twice.
    found = [row["event_id"] for row in rows(collected, EVENTS)]
    assert {*range(1, 11), *range(51, 61)} <= set(found)
    assert len(found) == len(set(found))
    assert not collected.replaced


def test_names_in_the_schema_that_are_no_text_are_a_damage(tmp_path: Path) -> None:
    path = make_history(tmp_path / "name.db", [EVENT])
    raw = path.read_bytes()
    index = b"sqlite_autoindex_failure_solutions_1"
    assert index in raw
    path.write_bytes(raw.replace(index, index.replace(b"solu", b"sol\x9e")))
    assert "name.db: it is damaged; nothing in it can be read" in why(path)


@pytest.mark.parametrize(
    "schema",
    [
        "create view failure_events as with recursive n(timestamp) as"
        " (select 0 union all select timestamp + 1 from n) select timestamp from n;",
        "create view endless as with recursive n(timestamp) as"
        " (select 0 union all select timestamp + 1 from n) select timestamp from n;"
        "create virtual table failure_events using fts5(timestamp, content='endless');",
        "create table failure_events (rowid text, oid text, _rowid_ text, timestamp text);",
        "create table failure_events (timestamp text primary key) without rowid;",
    ],
)
def test_what_stores_no_rows_by_number_is_not_run(tmp_path: Path, schema: str) -> None:
    path = tmp_path / "odd.db"
    make_history(path, schema=schema)
    with soon():
        assert "it has no row ids" in why(path)


def test_a_column_named_rowid_is_not_taken_for_the_row_id(tmp_path: Path) -> None:
    schema = "create table failure_events (rowid text, timestamp text, job_name text);"
    events = [{"rowid": "z", "timestamp": EVENT["timestamp"], "job_name": name} for name in "ab"]
    collected = load(make_history(tmp_path / "named.db", events, schema=schema))
    assert [row["job_name"] for row in rows(collected, EVENTS)] == ["a", "b"]


def test_a_check_that_takes_too_long_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "QUERY_SECONDS", 0.0)
    monkeypatch.setattr(history, "STEPS_A_LOOK", 1)
    assert "more than" in why(make_history(tmp_path / "slow.db", [EVENT]))


def test_a_value_that_is_too_long_costs_its_row_and_a_long_one_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_VALUE_BYTES", 2_000_000)
    events: list[dict[str, Any]] = [
        EVENT | {"job_name": "before"},
        EVENT | {"job_name": "huge", "logs_snippet": "x" * 2_500_000},
        EVENT | {"job_name": "blob", "events_snippet": b"x" * 1_500_000},
        EVENT | {"job_name": "after"},
    ]
    path = make_history(tmp_path / "long.db", events)
    collected = load(path)
    assert [row["job_name"] for row in rows(collected, EVENTS)] == ["before", "blob", "after"]
    assert collected.tally.shown == [f"{path}, failure_events 2: {history.TOO_BIG}"]


def test_a_file_beside_a_database_that_is_no_file_is_named(tmp_path: Path) -> None:
    path = make_history(tmp_path / "a.db", [EVENT])
    os.mkfifo(f"{path}-wal")
    assert path.with_name("a.db-wal").is_fifo()
    with soon():
        assert "a.db-wal is not a file" in why(path)
