"""The twelve published tables come out of the raw rows."""

import importlib.util
from pathlib import Path

import duckdb
import pytest

from headroom.fleet.evidence import published

spec = importlib.util.spec_from_file_location("queries", Path(__file__).with_name("queries.py"))
assert spec and spec.loader
queries = importlib.util.module_from_spec(spec)
spec.loader.exec_module(queries)


@pytest.mark.parametrize("table", sorted(queries.QUERIES))
def test_published_table(fleet: duckdb.DuckDBPyConnection, table: str) -> None:
    expected = published(table)
    found = [
        [str(value) for value in row] for row in fleet.execute(queries.QUERIES[table]).fetchall()
    ]
    cut = []
    for row in found:
        for line in expected:
            given = [
                value[: len(line[name])] if name in queries.PREFIXES else value
                for name, value in zip(line, row, strict=True)
            ]
            if given == list(line.values()):
                cut.append(tuple(given))
                break
        else:
            pytest.fail(f"{table}: {row} is in no line of the published table")
    assert sorted(cut) == sorted(tuple(line.values()) for line in expected)
