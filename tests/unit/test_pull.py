"""What a pull says to a person."""

from datetime import UTC, date, datetime

import pytest

from headroom.errors import SourceRejectedError, UsageError
from headroom.pull import (
    HeldDay,
    Pull,
    days_of,
    months_of,
    parse_days,
    require_nothing_held,
    sentences,
    slices,
)


def pulled(**facts: object) -> Pull:
    found = {
        "number": 2,
        "is_whole": False,
        "rows_read": 1200,
        "new": 5,
        "changed": 1,
        "deleted": 0,
        "quarantined_count": 0,
        "rows_without_key": 0,
        "lost_commands": 0,
        "newest_queued_at": "2025-12-18 00:59:30+00",
        "scrubbed": ("-infinity", "2025-11-01 00:00:00"),
        "builds_a_round": 1,
        "held": (),
        "quarantined": (),
    }
    return Pull(**{**found, **facts})  # type: ignore[arg-type]


def test_one_is_said_otherwise_than_many() -> None:
    one = "\n".join(sentences(pulled(rows_without_key=1, lost_commands=1)))
    assert "takes 1 build " in one
    assert "1 row of task" in one
    assert "1 command that" in one
    many = "\n".join(sentences(pulled(builds_a_round=51, rows_without_key=2)))
    assert "takes 51 builds " in many
    assert "2 rows of task" in many


@pytest.mark.parametrize(
    ("days", "builds"),
    [([], 0), ([3, 3, 3, 3], 2), ([4, 4, 4], 3), ([9, 1, 30, 2], 4), ([4, 3, 4], 2), ([7], 1)],
)
def test_a_slice_of_the_scrub_holds_whole_days(days: list[int], builds: int) -> None:
    assert slices(days, 7) == builds


@pytest.mark.parametrize(
    ("scrubbed", "said"),
    [
        (("-infinity", "2025-11-01 00:00:00"), "days from the first day to before 2025-11-01 were"),
        (
            ("2025-11-01 00:00", "2025-11-09 00:00"),
            "days from 2025-11-01 to before 2025-11-09 were",
        ),
        (
            ("2025-11-01 00:00", "2025-09-09 00:00"),
            "older days from 2025-11-01 on, and days from the first day to before 2025-09-09, were",
        ),
    ],
)
def test_the_days_of_a_scrub_are_said(scrubbed: tuple[str, str], said: str) -> None:
    assert f"Scrub: {said} compared" in "\n".join(sentences(pulled(scrubbed=scrubbed)))


def test_what_is_held_is_named_with_what_to_do() -> None:
    require_nothing_held(pulled())
    days = (HeldDay(date(2025, 11, 1), 4, 4), HeldDay(date(2025, 11, 3), 30, 11))
    with pytest.raises(SourceRejectedError) as error:
        require_nothing_held(pulled(held=days))
    assert "2025-11-03: 11 of 30 missing" in error.value.hint
    assert error.value.hint.endswith("--accept-deletes 2025-11-01..2025-11-03")
    with pytest.raises(SourceRejectedError) as error:
        require_nothing_held(pulled(held=(HeldDay(None, 2, 2),)))
    today = datetime.now(UTC).date()
    assert "runs never queued: 2 of 2 missing" in error.value.hint
    assert error.value.hint.endswith(f"--accept-deletes {today}..{today}")


def test_one_day_is_a_range() -> None:
    assert parse_days("2025-11-01") == (date(2025, 11, 1), date(2025, 11, 1))


@pytest.mark.parametrize("text", ["yesterday", "2025-11-03..2025-11-01", ""])
def test_other_than_days_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_days(text)


def test_a_span_of_days_is_cut_at_the_ends_of_months() -> None:
    spans = months_of((date(2024, 12, 30), date(2025, 2, 28)))
    assert spans == [
        (date(2024, 12, 30), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 2, 1), date(2025, 2, 28)),
    ]
    assert sum(len(days_of(span)) for span in spans) == 61
    assert months_of((date(2025, 2, 3), date(2025, 2, 3))) == [(date(2025, 2, 3), date(2025, 2, 3))]
    assert days_of(None) == []
