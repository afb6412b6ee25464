"""Sizes, durations and moments of jobs in SQL are those that Python computes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headroom.loads.jobs.values import make_macros
from headroom.reading.quantities import memory

UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
PARTS = {"d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 0}
WHOLE = st.integers(0, 999_999)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        make_macros(connection)
        yield connection


def value(engine: duckdb.DuckDBPyConnection, macro: str, *arguments: str) -> object:
    marks = ", ".join("?" for _ in arguments)
    (found,) = engine.execute(f"select {macro}({marks})", list(arguments)).fetchone() or (None,)
    return found


@settings(max_examples=150, deadline=None)
@given(
    whole=st.one_of(WHOLE, st.integers(0, 2**49)),
    fraction=st.one_of(st.none(), WHOLE),
    unit=st.sampled_from(list(UNITS)),
    ends=st.tuples(st.sampled_from(["", " "]), st.sampled_from(["", "B", "iB"])),
)
def test_a_size_is_exact(
    engine: duckdb.DuckDBPyConnection,
    whole: int,
    fraction: int | None,
    unit: str,
    ends: tuple[str, str],
) -> None:
    space, end = ends
    if unit == "":
        # Bytes are whole.
        fraction, end, space = None, "", ""
    elif whole > 2**30:
        whole = whole % 2**30
    amount = Decimal(str(whole) if fraction is None else f"{whole}.{fraction:06}")
    mb = amount * 1024 ** UNITS[unit] / 10**6
    expected = mb.quantize(Decimal("1e-6"), ROUND_HALF_UP) if mb < 10**12 else None
    assert value(engine, "size_mb", f"{amount}{space}{unit}{end}") == expected


@settings(max_examples=60, deadline=None)
@given(whole=WHOLE, unit=st.sampled_from("KMG"))
def test_a_size_of_slurm_is_what_histories_of_failures_read(
    engine: duckdb.DuckDBPyConnection, whole: int, unit: str
) -> None:
    read = memory("memory", f"{whole}{unit}n")
    assert value(engine, "size_mb", f"{whole}{unit}") == read.mb or read.has_overflow


@settings(max_examples=150, deadline=None)
@given(
    parts=st.dictionaries(st.sampled_from(list(PARTS)), st.integers(0, 999), min_size=1),
    milliseconds=st.one_of(st.none(), st.integers(0, 999)),
    space=st.sampled_from(["", " "]),
)
def test_a_duration_is_the_sum_of_its_parts(
    engine: duckdb.DuckDBPyConnection, parts: dict[str, int], milliseconds: int | None, space: str
) -> None:
    ordered = {unit: parts[unit] for unit in PARTS if unit in parts}
    seconds = sum(number * PARTS[unit] for unit, number in ordered.items() if unit != "ms")
    microseconds = seconds * 10**6 + ordered.get("ms", 0) * 1000
    texts = [f"{number}{unit}" for unit, number in ordered.items()]
    if "s" in ordered and milliseconds is not None:
        texts[list(ordered).index("s")] = f"{ordered['s']}.{milliseconds:03}s"
        microseconds += milliseconds * 1000
    assert value(engine, "duration_us", space.join(texts)) == microseconds


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(1991, 1, 1), datetime(2098, 1, 1)), st.integers(-11, 11))
# As milliseconds its text ends with 24, and no hour is 24.
@example(datetime(2002, 1, 1, 0, 0, 0, 24000), 0)
def test_a_moment_is_the_same_in_every_form(
    engine: duckdb.DuckDBPyConnection, moment: datetime, hours: int
) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    there = (whole + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")
    forms = [
        f"{whole:%Y-%m-%dT%H:%M:%S.%f}Z",
        f"{whole:%Y-%m-%d %H:%M:%S.%f}",
        f"{there}{hours:+03}:00",
        f"{there}{hours:+03}00",
        f"{there} {hours:+03}",
    ]
    if whole > datetime(2001, 9, 10, tzinfo=UTC):
        forms.append(str((whole - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)))
    for form in forms:
        assert value(engine, "moment", form, "UTC") == whole, form


@pytest.mark.parametrize(
    ("macro", "written"),
    [
        *(("size_mb", text) for text in ("1,5G", "-1G", "G", "1.2.3", "1 X", "1e3", "four", "1GG")),
        *(("duration_us", text) for text in ("3 weeks", "h", "-1s", "1:30:00", "1,5s", "1h2")),
    ],
)
def test_nonsense_is_not_a_value(
    engine: duckdb.DuckDBPyConnection, macro: str, written: str
) -> None:
    assert value(engine, macro, written) is None


@pytest.mark.parametrize(
    "written",
    ["2026-02-30T00:00:00", "2026-01-01T24:00:00", "01/02/2026 10:00", "2026-01-01", "yesterday"],
)
def test_nonsense_is_not_a_moment(engine: duckdb.DuckDBPyConnection, written: str) -> None:
    assert value(engine, "moment", written, "UTC") is None


def test_a_moment_without_a_zone_is_local(engine: duckdb.DuckDBPyConnection) -> None:
    found = value(engine, "moment", "2026-07-01T12:00:00", "Europe/Berlin")
    assert found == datetime(2026, 7, 1, 10, tzinfo=UTC)
