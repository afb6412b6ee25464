"""The twelve published tables come out of the raw rows, whatever the seed, size and end."""

import importlib.util
from pathlib import Path

import duckdb
import pytest

from headroom.fleet.evidence import published

spec = importlib.util.spec_from_file_location("queries", Path(__file__).with_name("queries.py"))
assert spec and spec.loader
queries = importlib.util.module_from_spec(spec)
spec.loader.exec_module(queries)


def line_of(row: tuple[object, ...], expected: list[dict[str, str]]) -> tuple[str, ...]:
    """Cut the values to what was published of them (ids only by their beginning)."""
    for line in expected:
        cut = tuple(
            str(value)[: len(line[name])] if name in queries.PREFIXES else str(value)
            for name, value in zip(line, row, strict=True)
        )
        if cut == tuple(line.values()):
            return cut
    pytest.fail(f"{row} is not a line of the published table")


def check(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    expected = published(table)
    found = connection.execute(queries.QUERIES[table]).fetchall()
    cut = sorted(line_of(row, expected) for row in found)
    assert cut == sorted(tuple(line.values()) for line in expected)


def test_all_published_tables_are_asked_for() -> None:
    folder = Path(importlib.util.find_spec("headroom").origin).parent / "report" / "expected"
    files = {path.stem for path in folder.glob("*.csv")}
    assert set(queries.QUERIES) <= files
    assert len(queries.QUERIES) == 12


@pytest.mark.parametrize("table", sorted(queries.QUERIES))
def test_default_fleet(fleet: duckdb.DuckDBPyConnection, table: str) -> None:
    check(fleet, table)


@pytest.mark.parametrize("table", sorted(queries.QUERIES))
def test_other_seed_size_and_end(long_fleet: duckdb.DuckDBPyConnection, table: str) -> None:
    check(long_fleet, table)


def test_a_missing_run_is_seen(fleet_settings: object, tmp_path: Path) -> None:
    expected = published("impact_q1_runs_at_350gb_daily")
    with pytest.raises(pytest.fail.Exception):
        line_of(("2025-12-07", 13), expected)
