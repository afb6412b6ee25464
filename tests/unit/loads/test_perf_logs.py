"""Performance logs: what is read from each line, in bulk and one by one, and what is rejected."""

import gzip
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import landed_tables
from headroom.landed.masks import mask_secrets
from headroom.landed.rejects import Reject, digest
from headroom.loads.perf_logs import Options, load_perf_logs
from headroom.loads.perf_logs.fast import ORDERS, SCHEMA, read_usual, timings_of
from headroom.loads.perf_logs.lines import (
    PAYLOADS,
    TIMINGS,
    WARNINGS,
    BadLineError,
    parse_line,
)
from headroom.reading import blocks, inputs
from headroom.settings import Settings

SIM = "SIM_TIMING: param_id=abc12345 seed=42 duration_ms=1234.5 worker=tcp://10.0.0.1:8786"
AGG = (
    "AGG_TIMING: run_id=abc123 param_id=def45678 target=my_target n_sim_returns=10 n_outputs=15"
    " total_inline_mb=2.34 max_single_kb=156.2 duration_ms=567.8 worker=tcp://10.0.0.2:8786"
)
# What the two say, in the order of the key: what is not said is empty.
SIM_SAYS = [
    *("simulation", "", "abc12345", "42", "", "tcp://10.0.0.1:8786", "1234.500"),
    *("", "", "", ""),
]
AGG_SAYS = [
    *("aggregation", "abc123", "def45678", "", "my_target", "tcp://10.0.0.2:8786", "567.800"),
    *("10", "15", "2.340000", "156.200000"),
]
PAYLOAD = "Aggregation: 10 sim_returns, sample_size=154.3KB, total_estimate=1543.0KB"
PREFIXES = {
    "": (None, None),
    "[pod/dask-workers-7f-x2/worker] ": ("dask-workers-7f-x2", None),
    "[pod/w/c] 2026-01-24T10:00:00.123456789Z ": ("w", "2026-01-24T10:00:00.123456"),
    "2026-01-24 10:00:00,123 - modelops.dask - INFO - ": (None, "2026-01-24T10:00:00.123"),
    "INFO 2026-01-24T10:00:00+02:00 ": (None, "2026-01-24T08:00:00"),
    "[2026-02-30T10:00:00Z] ": (None, None),
    "[pod/] é 1026-01-24T10:00:00Z INFO:root:": (None, None),
}


def settings(folder: Path) -> Settings:
    return Settings("duckdb", folder / "x.duckdb", "flotilla")


def rows(folder: Path, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "x.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(f"select {columns} from headroom_landed.{table}").fetchall()


def in_bulk(lines: list[str]) -> list[dict[str, Any] | None]:
    """What the bulk reader makes of lines, held against the rule; None for those that it leaves."""
    found, odd = read_usual(pa.array(lines, pa.string()))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("batches", pa.Table.from_batches(found, SCHEMA))
        rows = connection.execute(timings_of("batches"), ["c", "A"])
        names = [column[0] for column in rows.description or []]
        read = [dict(zip(names, values, strict=True)) for values in rows.fetchall()]
    left = odd.to_pylist()
    assert len(left) == len(set(left))
    given = [
        one_by_one(line) if "_TIMING: " in line and place not in left else None
        for place, line in enumerate(lines)
    ]
    assert Counter(map(said, filter(None, given))) == Counter(map(said, read))
    return given


def said(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in row.items()))


def one_by_one(line: str) -> dict[str, Any]:
    parsed = parse_line(line)
    assert parsed is not None
    assert parsed.table == TIMINGS
    columns = landed_tables()[TIMINGS].columns
    return (
        {name: None for name in columns}
        | dict(parsed.row)
        | {"calibration": "c", "experiment": "A"}
    )


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_lines_of_the_document_are_read_behind_any_prefix(prefix: str) -> None:
    pod, time = PREFIXES[prefix]
    moment = datetime.fromisoformat(time).replace(tzinfo=UTC) if time else None
    common = {"calibration": "c", "experiment": "A", "logged_at": moment, "pod_name": pod}
    simulation = {name: None for name in landed_tables()[TIMINGS].columns} | {
        **common,
        "timing_id": "t" + digest("\x1f".join(SIM_SAYS)),
        "kind": "simulation",
        "param_id": "abc12345",
        "seed": 42,
        "worker": "tcp://10.0.0.1:8786",
        "duration_ms": Decimal("1234.500"),
    }
    aggregation = {
        **common,
        "timing_id": "t" + digest("\x1f".join(AGG_SAYS)),
        "kind": "aggregation",
        "run_id": "abc123",
        "param_id": "def45678",
        "seed": None,
        "target": "my_target",
        "worker": "tcp://10.0.0.2:8786",
        "duration_ms": Decimal("567.800"),
        "sim_return_count": 10,
        "output_count": 15,
        "total_inline_mb": Decimal("2.340000"),
        "max_single_kb": Decimal("156.200000"),
    }
    assert in_bulk([prefix + SIM, prefix + AGG]) == [simulation, aggregation]
    assert [one_by_one(prefix + SIM), one_by_one(prefix + AGG)] == [simulation, aggregation]


def test_more_orders_than_are_tried_one_by_one_are_read_in_bulk_too() -> None:
    rng = random.Random(1)  # noqa: S311
    kind, *fields = AGG.split(" ")
    orders = {tuple(rng.sample(fields, len(fields))) for _ in range(3 * ORDERS)}
    lines = [" ".join([kind, *order]) for order in sorted(orders)]
    twice = " ".join([kind, *fields[1:], fields[1]])
    further = f"{kind} further=1 {' '.join(fields)}"
    assert in_bulk([*lines, twice, further]) == [*map(one_by_one, lines), None, None]


WORDS = st.text("abcXYZ019_.:/-=é]'\\", min_size=1, max_size=12)
WHOLE = st.integers(0, 10**9).map(str)
NUMBERS = st.one_of(
    st.decimals(0, 10**8, places=1).map(str),
    st.decimals(0, 10**6, places=8).map(lambda value: f"{value:f}"),
    WHOLE,
)
FIELDS = {
    "SIM": {"param_id": WORDS, "seed": st.integers(-(10**20), 10**20).map(str)},
    "AGG": {
        "run_id": WORDS | st.just("N/A"),
        "param_id": WORDS,
        "target": WORDS,
        "n_sim_returns": WHOLE,
        "n_outputs": WHOLE,
        "total_inline_mb": NUMBERS,
        "max_single_kb": NUMBERS,
    },
}
ODD = st.sampled_from(
    ["nan", "1e999", "-1", "", "1e2", "+5", "x y", "1_0", "0x1", '"1"', "1.", ".5"]
)


@st.composite
def timing_lines(draw: st.DrawFn) -> str:
    """A line of either kind: any prefix, any order of its fields, now and then an odd value."""
    kind = draw(st.sampled_from(["SIM", "AGG"]))
    values = {
        **{name: draw(values) for name, values in FIELDS[kind].items()},
        "duration_ms": draw(NUMBERS),
        "worker": draw(st.just("tcp://10.0.0.1:8786") | WORDS),
    }
    if draw(st.integers(0, 5)) == 0:
        values[draw(st.sampled_from(sorted(values)))] = draw(ODD)
    names = list(values)
    if draw(st.booleans()):
        names = draw(st.permutations(names))
    if draw(st.integers(0, 9)) == 0:
        names = [*names[:-1], *draw(st.sampled_from([[], [names[0]], ["further"]]))]
    fields = [f"{name}={values.get(name, '1')}" for name in names]
    return f"{draw(st.sampled_from(list(PREFIXES)))}{kind}_TIMING: {' '.join(fields)}"


# A list is many cases: DuckDB plans the statement once for all of them.
FEW = hypothesis_settings(max_examples=25)


@FEW
@given(st.lists(timing_lines(), min_size=30, max_size=60))
def test_the_bulk_reader_says_the_same_as_the_rule_or_nothing(lines: list[str]) -> None:
    in_bulk(lines)


def test_usual_lines_in_any_order_are_read_in_bulk() -> None:
    shuffle = random.Random(1)  # noqa: S311
    texts = [SIM, AGG] * 50
    shuffled = []
    for text in texts:
        kind, *fields = text.split(" ")
        shuffle.shuffle(fields)
        shuffled.append(" ".join([kind, *fields]))
    for row, text in zip(in_bulk(shuffled), texts, strict=True):
        assert row is not None
        expected = one_by_one(text)
        assert row == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (SIM.replace("1234.5", "1e999"), "duration_ms is out of range"),
        (SIM.replace("1234.5", "1e9999999999999999999"), "duration_ms is out of range"),
        (SIM.replace("1234.5", "1000000000"), "duration_ms is out of range"),
        (SIM.replace("1234.5", "nan"), "duration_ms is not a number"),
        (SIM.replace("1234.5", "inf"), "duration_ms is not a number"),
        (SIM.replace("1234.5", "-0.1"), "duration_ms is negative"),
        (SIM.replace("1234.5", ""), "duration_ms is empty"),
        (SIM.replace("seed=42", "seed=4.2"), "seed is not a whole number"),
        (SIM.replace("seed=42", "seed=99999999999999999999"), "seed is out of range"),
        (SIM.replace("seed=42 ", ""), "seed is missing"),
        (SIM.replace("seed=42", "seed=42 seed=43"), "seed stands twice"),
        (SIM + '\\n","stream":"stderr"}', "text stands after worker"),
        (json.dumps({"message": SIM + " done"}), "text stands after worker"),
        (json.dumps({"message": f"{SIM}\n{AGG}"}), "several events in one message"),
        ('{"log": "' + SIM, "the JSON that holds the line is cut off"),
        (SIM + " done", "text stands after worker"),
        (SIM[:37], "duration_ms is missing"),
        ("look for SIM_TIMING: lines", "there are no fields"),
        ("SIM_TIMING: of param_id=1", "text stands before the fields"),
        ("AGG_TIMING:", "there are no fields"),
        (AGG.replace("n_outputs=15", "n_outputs=-1"), "n_outputs is negative"),
        (AGG.replace("=10 ", "=99999999999 "), "n_sim_returns is out of range"),
        (AGG.replace("=my_target", "=" + "x" * 2000), "target is too long"),
        (PAYLOAD[:40], "the line about the payload is not complete"),
        (PAYLOAD.replace("154.3", "1.5.4"), "sample_size is not a number"),
    ],
)
def test_a_line_of_ours_that_does_not_parse_is_rejected(line: str, reason: str) -> None:
    assert not any(in_bulk(["x", line]))
    with pytest.raises(BadLineError, match=f"^{reason}$"):
        parse_line(line)


@pytest.mark.parametrize(
    "line",
    [
        SIM.replace(": ", ":").replace(" ", "\t"),
        SIM.replace("1234.5", "1.2345e3") + " attempt=2",
        f"\x1b[32mINFO\x1b[0m {SIM}\x1b[0m",
    ],
)
def test_unusual_lines_that_say_all_are_read(line: str) -> None:
    row = one_by_one(line)
    assert (row["param_id"], row["duration_ms"]) == ("abc12345", Decimal("1234.500"))
    assert row["worker"] == "tcp://10.0.0.1:8786"


CONTAINER = {"stream": "stderr", "time": "2026-02-08T10:00:00.375000123Z"}
LATER = datetime(2026, 2, 8, 10, 0, 0, 375000, tzinfo=UTC)


@pytest.mark.parametrize("text", [SIM, AGG, f"INFO:root:{SIM}", f"\x1b[32m{AGG}\x1b[0m"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: {"severity": "INFO", "timestamp": "2026-02-08T10:00:00.375Z", "message": text},
        lambda text: {"level": "info", "ts": 1770544800.375, "msg": text, "memory": "high"},
        lambda text: {"event": text, "@timestamp": "2026-02-08T12:00:00.375+02:00"},
        lambda text: {"time": "1770544800375", "jsonPayload": {"message": text}},
        lambda text: {"textPayload": text, "timestamp": 1770544800375000},
        lambda text: {"text": f"x | {text}\n", "record": {
            "message": text, "time": {"repr": "today", "timestamp": 1770544800.375}}},
        lambda text: {"log": text + "\n", **CONTAINER},
        lambda text: {"log": json.dumps({"msg": text}) + "\n", **CONTAINER},
        lambda text: {"log": json.dumps({"log": json.dumps({"msg": text}), **CONTAINER})},
    ],
)  # fmt: skip
def test_a_line_in_json_is_the_event_that_it_holds(
    wrap: Callable[[str], dict[str, Any]], text: str
) -> None:
    row = one_by_one(json.dumps(wrap(text)))
    assert row == {**one_by_one(text), "logged_at": LATER}


@pytest.mark.parametrize(
    "line",
    [
        "2026-02-08T10:00:00.375Z stdout F " + json.dumps({"message": SIM, "time": "2030-01-01"}),
        "2026-02-08T10:00:00.375000000Z stderr F " + SIM,
        '[pod/w/c] 2026-02-08T10:00:00.375Z     "textPayload": "' + SIM + '",',
        json.dumps({"message": SIM, "kubernetes": {"pod_name": "w"}, **CONTAINER})[:-1],
        json.dumps({"log": SIM, **CONTAINER, "kubernetes": {"pod": {"name": "w"}}}),
        json.dumps({"ts": "2026-02-30", "msg": f"2026-02-08 10:00:00,375 INFO {SIM}"}),
    ],
)
def test_an_event_is_the_same_in_front_of_which_it_stands(line: str) -> None:
    row = one_by_one(line)
    assert {**row, "logged_at": None, "pod_name": None} == one_by_one(SIM)
    assert row["logged_at"] in (LATER, None)
    assert row["pod_name"] in ("w", None)
    assert ("w" in row.values()) == (
        "kubernetes" in line[:-1] and line.endswith("}}")
    ) or "[" in line


@pytest.mark.parametrize(
    "line", ['{"a": 1}', '{"x": "some memory"}', "{" * 5000 + "}", '{"m": 1e999}']
)
def test_json_without_an_event_is_passed_by(line: str) -> None:
    assert parse_line(line) is None


PLACES = "2026-01-24 10:00:00,123 - distributed.worker.memory - WARNING - "
PAUSED = "Worker is at 81% memory usage. Pausing worker.  Process memory: 3.25 GiB"


@pytest.mark.parametrize("text", [PLACES + PAUSED, PLACES + PAYLOAD, PAUSED, PAYLOAD])
def test_a_warning_and_a_payload_are_told_apart_by_their_own_time(text: str) -> None:
    def key(line: str) -> str:
        parsed = parse_line(line)
        assert parsed is not None
        return str(parsed.row[landed_tables()[parsed.table].key[0]])

    around = f"[pod/w/c] 2026-01-24T10:00:00.125Z {text}"
    has_time = text.startswith("2026")
    assert (key(around) == key(text)) == has_time
    assert key(json.dumps({"log": text, **CONTAINER})) == key(f"2026-02-08T10:00:00.375000Z {text}")
    assert key(text.replace("10:00", "10:01")) != key(text) or not has_time


def test_missing_run_ids_and_long_parameter_ids() -> None:
    for line in (AGG.replace("abc123", "N/A"), AGG.replace("run_id=abc123 ", "")):
        assert one_by_one(line)["run_id"] is None
    (row,) = in_bulk([AGG.replace("abc123", "N/A").replace("def45678", "def456789abc")])
    assert row is not None
    assert (row["run_id"], row["param_id"]) == (None, "def45678")


@pytest.mark.parametrize(
    ("text", "category", "process", "limit", "worker"),
    [
        (
            "distributed.worker.memory - WARNING - Unmanaged memory use is high. This may indicate "
            "a memory leak or the memory may not be released to the OS; see https://x for more "
            "information. -- Unmanaged memory: 2.90 GiB -- Worker memory limit: 4.00 GiB",
            "unmanaged_memory",
            Decimal("2969.6"),
            Decimal(4096),
            None,
        ),
        (
            "Worker is at 81% memory usage. Pausing worker.  Process memory: 3.25 GiB -- Worker "
            "memory limit: 4.00 GiB",
            "pausing",
            Decimal(3328),
            Decimal(4096),
            None,
        ),
        (
            "Worker is at 68% memory usage. Resuming worker. Process memory: 512.00 MiB -- Worker "
            "memory limit: None",
            "resuming",
            Decimal(512),
            None,
            None,
        ),
        (
            "Worker is at 91% memory usage. Start spilling data to disk.",
            "spilling",
            None,
            None,
            None,
        ),
        (
            "distributed.nanny.memory - WARNING - Worker tcp://10.0.0.1:8786 (pid=12) exceeded 95% "
            "memory budget. Restarting...",
            "restarting",
            None,
            None,
            "tcp://10.0.0.1:8786",
        ),
        ("Worker is at 81% memory usage. Pausing worker.  Pro", "pausing", None, None, None),
    ],
)
def test_workers_that_warn_about_memory(
    text: str, category: str, process: Decimal | None, limit: Decimal | None, worker: str | None
) -> None:
    parsed = parse_line("[pod/w/c] 2026-01-24 10:00:00,123 - " + text)
    assert parsed is not None
    assert parsed.table == WARNINGS
    row = parsed.row
    assert (row["category"], row["process_memory_mb"], row["memory_limit_mb"], row["worker"]) == (
        category,
        process,
        limit,
        worker,
    )
    assert (row["pod_name"], row["logged_at"]) == (
        "w",
        datetime(2026, 1, 24, 10, 0, 0, 123000, tzinfo=UTC),
    )


def test_payload_estimates_and_noise() -> None:
    parsed = parse_line("x " + PAYLOAD)
    assert parsed is not None
    assert parsed.table == PAYLOADS
    assert (parsed.row["sim_return_count"], parsed.row["sample_kb"]) == (10, Decimal("154.3"))
    for text in ("", "memory", "Aggregation: done", "Worker process 12 was killed by signal 9"):
        assert parse_line(text) is None


def test_labels_mean_something() -> None:
    for arguments in ({"calibration": " "}, {"calibration": "a\nb"}, {"experiment": "A"}):
        with pytest.raises(UsageError):
            Options(**arguments)
    with pytest.raises(UsageError, match="no experiment"):
        Options("c", "C")


def test_bad_bytes_are_reported_and_the_good_lines_loaded(tmp_path: Path) -> None:
    good = SIM.encode()
    raw = b"\n".join(
        [
            b"\xff\xfe\x00garbage",
            b"\x00" * 50,
            good,
            b"\xff " + good,
            b"caf\xe9",
            AGG.encode() + b"\r",
            SIM.replace("1234.5", "nan password=hunter2").encode(),
            b"x" * (inputs.MAX_LINE + 1),
            b"y" * (2 * inputs.MAX_LINE + blocks.BLOCK),
            good,
            PAYLOAD.encode(),
        ]
    )
    path = tmp_path / "bad.log"
    path.write_bytes(raw)
    tally = load_perf_logs(settings(tmp_path), [str(path)], Options())
    assert tally.lines == 11
    assert tally.rejected == {
        "the line holds a NUL byte": 2,
        "the line is not UTF-8": 2,
        "the line is too long": 2,
        "duration_ms is not a number": 1,
    }
    assert tally.shown[0].startswith(f"{path}:")
    assert f"{path}:8: the line is too long" in tally.shown
    assert {row[0] for row in rows(tmp_path, TIMINGS, "kind")} == {"simulation", "aggregation"}
    assert len(rows(tmp_path, TIMINGS)) == 2
    kept = rows(tmp_path, "landed_rejects", "excerpt")
    assert any("password=***" in excerpt for (excerpt,) in kept)
    assert not any("hunter2" in excerpt for (excerpt,) in kept)
    with pytest.raises(InputRejectedError, match="nothing was loaded"):
        load_perf_logs(settings(tmp_path / "strict"), [str(path)], Options(strict=True))
    assert (
        not (tmp_path / "strict" / "x.duckdb").exists()
        or not duckdb.connect(str(tmp_path / "strict" / "x.duckdb"))
        .execute("select * from information_schema.tables")
        .fetchall()
    )


def test_a_line_end_of_any_kind_gives_the_same_line(tmp_path: Path) -> None:
    for place, end in enumerate(("\n", "\r\n", "\r\r\n", "")):
        (tmp_path / f"{place}.log").write_bytes((SIM + end).encode())
    (tmp_path / "5.log.gz").write_bytes(gzip.compress(SIM.encode()))
    tally = load_perf_logs(settings(tmp_path), [str(tmp_path / "*.log*")], Options())
    assert (tally.sources, tally.lines, tally.parsed) == (5, 5, 5)
    assert len(rows(tmp_path, TIMINGS)) == 1


def test_sources_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text(SIM)
    whole = gzip.compress(os.urandom(100_000) + b"\n" + SIM.encode() + b"\n")
    (tmp_path / "cut.gz").write_bytes(whole[:-20])
    damaged = bytearray(whole)
    damaged[500:600] = bytes(100)
    (tmp_path / "damaged.gz").write_bytes(bytes(damaged))
    tally = load_perf_logs(settings(tmp_path), [str(tmp_path)], Options())
    assert len(tally.unreadable) == 2
    assert not tally.is_clean
    assert len(rows(tmp_path, TIMINGS)) == 1


def test_gzip_that_is_cut_gives_its_whole_lines(tmp_path: Path) -> None:
    lines = [SIM.replace("seed=42", f"seed={seed}") for seed in range(5000)]
    packed = gzip.compress("\n".join(lines).encode())
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) * 3 // 4])
    tally = load_perf_logs(settings(tmp_path), [str(tmp_path / "cut.gz")], Options())
    assert tally.parsed > 1000
    assert not tally.rejected
    (told,) = tally.unreadable
    assert "end-of-stream" in told


def test_a_file_that_grows_is_read_to_the_end_of_the_line_it_ended_in(tmp_path: Path) -> None:
    path = tmp_path / "growing.log"
    path.write_text("one\ntw")
    source = inputs.Source(path)
    with inputs.open_source(source) as stream:
        found = blocks._pieces(stream)
        first = next(found)
        with path.open("a") as file:
            file.write("o\nthree\n")
        assert first + b"".join(found) == b"one\ntwo\n"


@given(
    st.lists(st.text("ab é\n\r", max_size=8), max_size=6).map("\n".join),
    st.integers(1, 9),
)
def test_blocks_hold_the_lines_that_a_line_reader_gives(text: str, size: int) -> None:
    raw = text.encode()
    pieces = iter([raw[start : start + size] for start in range(0, len(raw), size)])
    found = []
    number = 0
    for whole, is_cut, _ in blocks._whole_lines(pieces):
        assert not is_cut
        block = blocks._block(whole, number, 0)
        number += block.lines
        found += zip(block.numbers.to_pylist(), block.texts.to_pylist(), strict=True)
    expected = [line.rstrip("\r") for line in raw.decode().split("\n")]
    if expected[-1:] == [""] and not text.rsplit("\n", 1)[-1]:
        expected.pop()
    assert found == list(enumerate(expected, 1))


def test_secrets_in_rejects_are_masked_before_they_are_cut() -> None:
    token = "A" * 60
    row = Reject("h", None, "r", "x" * 480 + token, "w").row()
    assert token[:10] not in str(row["excerpt"])
    assert mask_secrets("psql postgres://me:hunter2@db/x") == "psql postgres://me:***@db/x"
