"""Durations that users write."""

from datetime import timedelta

import pytest

from headroom.errors import UsageError
from headroom.spans import parse_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("2d", timedelta(days=2)),
    ],
)
def test_durations(text: str, span: timedelta) -> None:
    assert parse_span("--wait", text) == span


@pytest.mark.parametrize(
    "text", ["", "1", "h", "0h", "-1h", "1.5h", "1w", "1h30m", "99999d", "１h"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError, match="--wait") as raised:
        parse_span("--wait", text)
    assert "30m" in raised.value.hint


def test_an_option_that_takes_no_seconds_says_so() -> None:
    with pytest.raises(UsageError) as raised:
        parse_span("--advance", "45s", "mhd")
    assert "m, h, d" in raised.value.hint
