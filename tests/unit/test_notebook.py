"""What notebooks share: tables, shares, names, and drawings of the page in the light palette."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from headroom.charts import memory, throughput
from headroom.notebook import in_light, learned, names, percent, table
from tests.support.readme_outputs import cut


def test_a_table_writes_what_people_read() -> None:
    shown = table(
        [
            {"build": "a", "at": datetime(2025, 11, 14, 3, 12, tzinfo=UTC), "share": 0.97159},
            {"build": "b", "at": None, "share": Decimal("1200.0000")},
        ]
    )
    assert list(shown.index) == ["a", "b"]
    assert list(shown["at"]) == ["2025-11-14 03:12:00", ""]
    assert list(shown["share"]) == ["0.972", "1,200"]


@pytest.mark.parametrize(("part", "whole", "shown"), [(1, 8, "12.5%"), (Decimal(1), 1, "100.0%")])
def test_a_share_is_a_percentage(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_of_nothing_there_is_no_share_and_no_name() -> None:
    assert percent(0, 0) == "no share (nothing to count)"
    assert names([]) == "none"
    assert names(["a", 3]) == "`a`, `3`"


def test_each_sentence_is_a_point() -> None:
    assert learned("One.", "Two.").data == "- One.\n- Two."


def test_a_drawing_of_the_page_needs_no_page() -> None:
    drawn = in_light(
        '<svg viewBox="0 0 9 9"><path stroke="var(--ink)" fill="var(--accent)"/></svg>'
    )
    assert "var(" not in drawn.data
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawn.data


def test_charts_of_notebooks_alone_are_what_the_schema_of_vega_lite_allows() -> None:
    """Those of the page have the same test; drawing itself does not look."""
    day = {"queued_day": date(2025, 12, 17), "share": 0.1, "share_low": 0.0, "share_high": 0.3}
    deployed = {"deployed_at": datetime(2025, 12, 17, tzinfo=UTC), "deployed": "fix"}
    compared = {
        **{"experiment": "A", "measure": "trial_busy_ms", "is_different": True},
        **{"ratio": 0.8, "ratio_low": 0.7, "ratio_high": 0.9},
    }
    for chart in (
        memory.elevated_shares([{**day, **deployed}]),
        throughput.comparisons([compared]),
    ):
        assert chart.to_dict()["$schema"]


def test_an_output_is_cut_to_its_parts() -> None:
    printed = "──── Title ────\n  a\n\nOne\n  1  \n  2\n\n  3\n\nTwo\n  4\n"
    assert cut(printed, {"One": 3, "Two": 5}) == "One\n  1\n  2\n  …\n\nTwo\n  4"
    assert cut(printed, {"── Title": 5}) == "── Title ──\n  a"
    assert cut(printed, {"Three": 5}) == ""
