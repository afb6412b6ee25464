"""What a user may ask of the card, and what is said where it cannot be compared."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from headroom.effects.asking import choose_change, require_days, window_values
from headroom.errors import UsageError


def change(**given: Any) -> dict[str, Any]:
    return {
        "change": "fix",
        "begins_at": datetime(2025, 12, 16, 22, 19, tzinfo=UTC),
        "in_effect_at": datetime(2025, 12, 17, tzinfo=UTC),
        "before_from": date(2025, 12, 7),
        "before_until": date(2025, 12, 15),
        "after_from": date(2025, 12, 17),
        "after_until": date(2025, 12, 17),
    } | given


def test_days_are_a_number_or_a_range() -> None:
    nothing = {"effect_before_days": "", "effect_before_from": "", "effect_before_until": ""}
    assert window_values("before", None) == nothing
    assert window_values("before", "14") == nothing | {"effect_before_days": "14"}
    assert window_values("before", "2025-12-01..2025-12-14") == nothing | {
        "effect_before_from": "2025-12-01",
        "effect_before_until": "2025-12-14",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "is not a number of days"),
        ("99999", "is not a number of days"),
        ("a week", "neither a number of days nor a range"),
        ("-3", "neither a number of days nor a range"),
        ("2025-12-14..2025-12-01", "ends before it begins"),
        ("2025-12-01..soon", "is not a range of days"),
        ("'; drop table x; --..", "is not a range of days"),
    ],
)
def test_other_days_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        window_values("after", text)


def test_the_last_change_with_days_on_both_sides_is_chosen() -> None:
    known = [change(change="old"), change(), change(change="later", after_until=None)]
    assert choose_change(known, None)["change"] == "fix"
    assert choose_change(known, "later")["change"] == "later"
    with pytest.raises(UsageError, match="no change is called 'fxi'"):
        choose_change(known, "fxi")
    with pytest.raises(UsageError, match="no change has whole days"):
        choose_change([], None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"after_until": None}, "no whole day after it is known"),
        ({"after_until": None, "in_effect_at": None}, "at no moment that is known"),
        ({"before_until": date(2025, 12, 1)}, "no day before fix"),
        ({"before_until": date(2025, 12, 18)}, "do not lie on the two sides"),
        ({"after_from": date(2025, 12, 1)}, "do not lie on the two sides"),
    ],
)
def test_days_that_cannot_be_compared_are_refused(given: dict[str, Any], said: str) -> None:
    require_days(change())
    with pytest.raises(UsageError, match=said):
        require_days(change(**given))
