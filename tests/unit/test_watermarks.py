"""What a warehouse of an earlier version, or an empty one, says of complete builds."""

from pathlib import Path

import pytest

from headroom.settings import Settings
from headroom.warehouse import open_warehouse
from headroom.watermarks import Watermarks, read_complete_builds, read_watermarks

OLDER = """
    create schema headroom_operations;
    create table headroom_operations.changed_parts (queued_day date, change_number bigint);
    create table headroom_operations.complete_builds (domain text)
"""


@pytest.mark.parametrize("before", ["select 1", OLDER])
def test_what_cannot_be_read_is_no_complete_build(before: str, tmp_path: Path) -> None:
    settings = Settings("duckdb", tmp_path / "w.duckdb", "flotilla")
    with open_warehouse(settings) as warehouse:
        warehouse.execute(before)
        assert read_watermarks(warehouse, settings).marks == {}
        assert read_complete_builds(warehouse) == {}


def test_a_load_beside_a_build_belongs_to_the_next_one() -> None:
    before = Watermarks("code", "tables", {"runs": 3, "builds": 1, "pods": 4})
    after = Watermarks("other code", "more tables", {"runs": 4, "builds": 2, "pods": 4})
    known = before.after(after)
    assert known == Watermarks("code", "more tables", {"runs": 4, "builds": 1, "pods": 4})
    assert known.of("builds") != after.of("builds")
    assert known.of("flotilla") == after.of("flotilla")
    assert known.of("failures") == after.of("failures")
    assert known.of("throughput") == "{}"
