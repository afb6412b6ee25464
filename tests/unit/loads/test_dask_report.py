"""Dask's performance reports: what is read of the pages that Bokeh 2 and 3 write, and of others."""

import base64
import gzip
import html
import io
import json
import math
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import InputRejectedError
from headroom.landed.masks import mask_secrets
from headroom.loads.dask_report import load as module
from headroom.loads.dask_report import load_dask_reports
from headroom.loads.dask_report.load import CUT, CUT_BEHIND, EMPTY, NO_HTML, NO_STREAM, StreamsRead
from headroom.loads.dask_report.segments import split_name
from headroom.loads.perf_logs import Options
from headroom.loads.tally import Tally
from headroom.reading import inputs
from headroom.reading.inputs import MEGABYTE, Source
from headroom.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORKER = "tcp://10.0.0.1:8786"
# begin (ms), duration (ms), key, name as Dask writes it, opacity
SEGMENTS = [
    (1769212800000.0, 1234.5, "_worker_run_task-a1", "worker_run_task", 1),
    (1769212802000.0, 250.25, "_worker_run_aggregation_direct-b2", "transfer-worker_run", 0.4),
    (1769212802250.25, 567.75, "_worker_run_aggregation_direct-b2", "worker_run", 1),
    (1769212803000.0, 8.5, "_worker_run_task-a1", "disk-write-worker_run_task", 0.4),
    (1769212803100.0, 0.125, "_worker_run_task-a1", "deserialize-worker_run_task", 0.4),
]


def columns(segments: Sequence[Any] = SEGMENTS) -> dict[str, list[Any]]:
    """The columns of a task stream: a rectangle stands at its middle."""
    return {
        "start": [begin + duration / 2 for begin, duration, *_ in segments],
        "duration": [duration for _, duration, *_ in segments],
        "key": [key for _, _, key, *_ in segments],
        "name": [name for *_, name, _ in segments],
        "color": ["red" for _ in segments],
        "worker": [WORKER for _ in segments],
        "worker_thread": [f"{WORKER}-140" for _ in segments],
        "alpha": [alpha for *_, alpha in segments],
    }


def pack(values: Any, bokeh: int, is_gzip: bool = True) -> Any:
    """Pack a column of doubles as Bokeh does arrays; other columns stay lists."""
    if not all(isinstance(value, float) for value in values):
        return values
    raw = array("d", values).tobytes()
    head = {"shape": [len(values)], "dtype": "float64", "order": "little"}
    if bokeh == 2:
        return {"__ndarray__": base64.b64encode(raw).decode(), **head}
    raw = gzip.compress(raw) if is_gzip else raw
    inner = {"type": "bytes", "data": base64.b64encode(raw).decode()}
    return {"type": "ndarray", "array": inner, **head}


def page(data: dict[str, Any], bokeh: int = 3) -> str:
    """A page as Bokeh writes it, with other data sources and scripts around the task stream."""
    other = {"cpu": [1.5], "time": [1.0]}
    if bokeh == 3:
        sources: list[Any] = [
            {
                "type": "object",
                "attributes": {"data": {"type": "map", "entries": list(one.items())}},
            }
            for one in (other, data, other)
        ]
        document = {"1f2e": {"version": "3.9.2", "roots": [{"attributes": {"tabs": sources}}]}}
    else:
        sources = [
            {"type": "ColumnDataSource", "attributes": {"data": one}} for one in (other, data)
        ]
        document = {"1f2e": {"roots": {"references": sources}}}  # type: ignore[dict-item]
    written = html.escape(json.dumps(document), quote=False)
    return (
        "<!DOCTYPE html>\n<html><head><script>var a = '<script type=\"application/json\">{';"
        f"</script></head>\n<body><script type=\"application/json\" id='p1'>\n  {written}\n"
        "</script><script>run()</script></body></html>\n"
    )


def read(text: str | bytes, name: str = "report.html") -> StreamsRead:
    collected = StreamsRead(Tally(), Options("spring", "A"))
    raw = text.encode() if isinstance(text, str) else text
    module.read_report(collected, Source(Path(name)), io.BytesIO(raw))
    return collected


def found(collected: StreamsRead) -> list[tuple[Any, ...]]:
    names = ("segment_index", "action", "task_name", "started_at", "duration_ms")
    return [tuple(row[name] for name in names) for row in collected.segments.values()]


def at(milliseconds: float) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


EXPECTED = [
    (0, "compute", "worker_run_task", at(1769212800000), Decimal("1234.500")),
    (1, "transfer", "worker_run", at(1769212802000), Decimal("250.250")),
    (2, "compute", "worker_run", at(1769212802250.25), Decimal("567.750")),
    (3, "disk-write", "worker_run_task", at(1769212803000), Decimal("8.500")),
    (4, "deserialize", "worker_run_task", at(1769212803100), Decimal("0.125")),
]


@pytest.mark.parametrize("bokeh", [2, 3])
@pytest.mark.parametrize("packed", [False, True])
def test_both_versions_and_encodings_are_one_report(bokeh: int, packed: bool) -> None:
    data = columns()
    written = {name: pack(column, bokeh) for name, column in data.items()} if packed else data
    collected = read(page(written, bokeh))
    assert found(collected) == EXPECTED
    assert collected.tally.is_clean
    (report_id,) = {row["report_id"] for row in collected.segments.values()}
    assert report_id == next(iter(read(page(data)).segments))[0]
    row = collected.segments[report_id, 0]
    assert (row["calibration"], row["experiment"], row["worker"], row["worker_thread"]) == (
        "spring",
        "A",
        WORKER,
        f"{WORKER}-140",
    )


def test_gzip_within_the_page_big_endian_and_tuples_as_keys() -> None:
    data: dict[str, Any] = columns(SEGMENTS[:1])
    swapped = array("d", data["start"])
    swapped.byteswap()
    data["start"] = {
        "__ndarray__": base64.b64encode(swapped.tobytes()).decode(),
        "dtype": "float64",
        "order": "big",
    }
    data["duration"] = pack(data["duration"], 3, is_gzip=False)
    data["key"] = [["x-1", 0, ["y"]]]
    collected = read(page(data))
    assert found(collected) == EXPECTED[:1]
    (row,) = collected.segments.values()
    assert row["task_key"] == "('x-1', 0, ('y'))"


@pytest.mark.parametrize(
    ("name", "alpha", "expected"),
    [
        ("transfer-sum", Decimal("0.4"), ("transfer", "sum")),
        ("disk-read-sum", Decimal("0.4"), ("disk-read", "sum")),
        ("disk-write-sum", None, ("disk-write", "sum")),
        ("deserialize-a-b", Decimal("0.4"), ("deserialize", "a-b")),
        # A task of the user that is called so: it is drawn opaque.
        ("transfer-money", Decimal(1), ("compute", "transfer-money")),
        ("gather-sum", Decimal("0.4"), ("gather", "sum")),
        ("sum", Decimal("0.4"), ("compute", "sum")),
        ("read-csv", None, ("compute", "read-csv")),
    ],
)
def test_the_action_of_a_segment(name: str, alpha: Any, expected: tuple[str, str]) -> None:
    assert split_name(name, alpha) == expected


def test_secrets_in_keys_are_masked_but_the_report_keeps_its_identity() -> None:
    segment = (1769212800000.0, 1.0, "load-password=hunter2 x", "load", 1)
    collected = read(page(columns([segment])))
    (row,) = collected.segments.values()
    assert row["task_key"] == "load-password=*** x"
    broken = page(columns([(1769212800000.0, -1.0, "load-password=hunter2", "load", 1)]))
    assert "hunter2" not in str([reject.row() for reject in read(broken).rejects])
    # The excerpt of a cut page is its end, which may begin within a secret.
    cut = "<script type=application/json>{" + f"password={'x' * 30}hunter2 " + "-" * 490
    assert "password=***" in mask_secrets(cut)
    assert "hunter2" not in str([reject.row() for reject in read(cut).rejects])


BAD_SEGMENTS = [
    (math.nan, 1.0, "the start is not a number"),
    (1769212800000.0, math.nan, "the duration is not a number"),
    (1769212800000.0, math.inf, "the duration is not a number"),
    (1769212800000.0, -0.5, "the duration is negative"),
    (1769212800000.0, 1e15, "the duration is out of range"),
    (20.0, 1.0, "the start is out of range"),
    (1e300, 1.0, "the start is out of range"),
]


@pytest.mark.parametrize(("begin", "duration", "reason"), BAD_SEGMENTS)
@pytest.mark.parametrize("bokeh", [2, 3])
def test_a_bad_segment_is_rejected_and_the_others_are_loaded(
    begin: float, duration: float, reason: str, bokeh: int
) -> None:
    data = columns([*SEGMENTS[:2], (begin, duration, "k", "n", 1), *SEGMENTS[2:]])
    data["start"][2] = begin
    for name in ("start", "duration"):
        packed = {name: pack(column, bokeh) for name, column in data.items()}
        written = {**data, name: packed[name]}
        if not all(math.isfinite(value) for value in (begin, duration)):
            written = packed
        collected = read(page(written, bokeh))
        assert collected.tally.rejected == {reason: 1}
        assert [row[1:] for row in found(collected)] == [row[1:] for row in EXPECTED]
        assert [index for _, index in collected.segments] == [0, 1, 3, 4, 5]


def test_numbers_that_json_does_not_know_as_bokeh_writes_them() -> None:
    data: dict[str, Any] = columns(SEGMENTS[:3])
    data["duration"] = [{"type": "number", "value": "nan"}, "NaN", None]
    collected = read(page(data))
    assert collected.tally.rejected == {"the duration is not a number": 3}


TEXT = page(columns())
BROKEN = {**columns(), "duration": {"__ndarray__": "*not base64*", "dtype": "float64"}}
HALF = {**columns(), "duration": {"__ndarray__": "AAAA", "dtype": "float64"}}
OBJECTS = {**columns(), "duration": {"__ndarray__": "AAAA", "dtype": "object"}}
BAD_GZIP = {**columns(), "start": {"array": {"data": "H4sIAAAA"}, "dtype": "float64"}}
SHORT = {**columns(), "worker": [WORKER]}
UNREADABLE = (
    "the column duration of the task stream cannot be read, or holds more than 500,000 values"
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NO_HTML),
        ("SIM_TIMING: param_id=a seed=1\n", NO_HTML),
        (bytes(range(256)) * 100, NO_HTML),
        ("<html><body>a page</body></html>", NO_STREAM),
        ("<HTML><SCRIPT type='application/json'>{}</SCRIPT>", NO_STREAM),
        (page({"cpu": [1.0]}), NO_STREAM),
        ("<script type=application/json>[1e9999999999999999999]</script>", NO_STREAM),
        ("<html><script type=application/json>[[[</script>", CUT),
        (f"<html><script type=application/json>{'[' * 100_000}</script>", CUT),
        (TEXT[: TEXT.index('"worker"')], CUT),
        (TEXT[: TEXT.index('"key"')], CUT),
        (page(BROKEN), UNREADABLE),
        (page(HALF), UNREADABLE),
        (page(OBJECTS), UNREADABLE),
        (page(BAD_GZIP), UNREADABLE.replace("duration", "start")),
        (page({**columns(), "duration": 7}), UNREADABLE),
        (page(SHORT), "the columns of the task stream differ in length"),
    ],
)
def test_what_is_no_report_is_rejected_with_its_reason(text: str | bytes, reason: str) -> None:
    collected = read(text)
    assert collected.tally.rejected == {reason: 1}
    assert not collected.segments


def test_a_report_cut_behind_its_task_stream_is_loaded_and_is_the_same_report() -> None:
    cut = read(TEXT[: TEXT.rindex('"cpu"')])
    assert cut.tally.rejected == {CUT_BEHIND: 1}
    assert cut.segments == read(TEXT).segments


def test_an_empty_task_stream_is_skipped_and_a_long_report_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collected = read(page(columns([])))
    assert (collected.tally.skipped, collected.tally.is_clean) == ({EMPTY: 1}, True)
    monkeypatch.setattr(inputs, "MAX_DOCUMENT", MEGABYTE)
    long = "the document is longer than 1 MiB: write reports of shorter stretches of work"
    assert read(TEXT + " " * MEGABYTE).tally.rejected == {long: 1}


def test_a_bomb_within_an_array_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(65 * 1024 * 1024))).decode()
    data = {**columns(), "duration": {"array": {"data": bomb}, "dtype": "float64"}}
    assert read(page(data)).tally.rejected == {UNREADABLE: 1}


def test_strict_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.html").write_text("no page", encoding="utf-8")
    settings = Settings("duckdb", tmp_path / "x.duckdb", "flotilla")
    with pytest.raises(InputRejectedError, match="nothing was loaded"):
        load_dask_reports(settings, [str(tmp_path)], Options(strict=True))
    assert not settings.duckdb_path.exists()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(
    st.lists(
        st.tuples(
            st.integers(1_500_000_000_000, 1_900_000_000_000).map(float),
            st.floats(0, 1e7).map(lambda value: round(value, 3)),
            st.from_regex(r"\A[a-z_<>&'\"-]{1,20}\Z"),
            st.sampled_from(["", "transfer-", "disk-read-", "disk-write-", "deserialize-"]),
            TEXTS,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_random_segments_are_read_back_from_both_encodings(drawn: list[Any]) -> None:
    segments = [
        (begin, duration, key, prefix + name, 0.4 if prefix else 1)
        for begin, duration, key, prefix, name in drawn
    ]
    data = columns(segments)
    lists = read(page(data, 3))
    assert [
        (row["action"], row["task_name"], row["task_key"], row["duration_ms"])
        for row in lists.segments.values()
    ] == [
        (
            prefix.rstrip("-") or "compute",
            name,
            key,
            Decimal(str(duration)).quantize(Decimal("0.001")),
        )
        for _, duration, key, prefix, name in drawn
    ]
    for row, (begin, *_) in zip(lists.segments.values(), drawn, strict=True):
        assert abs(row["started_at"] - at(begin)) <= timedelta(microseconds=1)
    for bokeh in (2, 3):
        packed = {name: pack(column, bokeh) for name, column in data.items()}
        assert read(page(packed, bokeh)).segments == lists.segments
