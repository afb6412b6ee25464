"""Instants of the history: whole microseconds since 1970, UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FIRST_DAY = date(2025, 9, 1)
BUG_REPORT_END = date(2025, 11, 25)  # the bug report sees what was queued before this day
FIX_DAY = date(2025, 12, 17)
IMPACT_REPORT_END = date(2025, 12, 18)
LAST_POSSIBLE_DAY = date(2026, 6, 30)

# Work follows office hours of North America; nights belong to schedulers.
HOUR_WEIGHTS = (2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 6, 6, 6, 5, 5, 4, 4, 3, 3)
_WEEKEND_WEIGHT = 0.45


def stream(seed: int, name: str) -> np.random.Generator:
    """Give each part its own generator, so that no part's draws move another's."""
    return np.random.default_rng([seed, crc32(name.encode())])


def at(day: date, hour: float = 0.0) -> int:
    """Give the instant `hour` hours into a UTC day."""
    return moment(datetime.combine(day, time(), UTC)) + round(hour * HOUR)


def moment(instant: datetime) -> int:
    """Give an aware datetime as microseconds."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def instant(text: str) -> int:
    """Read an ISO timestamp with its zone as microseconds."""
    return moment(datetime.fromisoformat(text))


def spread(rng: np.random.Generator, count: int, first: date, end: date) -> Ints:
    """Draw sorted instants in [first, end) with the rhythm of weekdays and hours."""
    days = (end - first).days
    weekdays = np.array([(first + timedelta(days=day)).weekday() for day in range(days)])
    weights = np.where(weekdays >= 5, _WEEKEND_WEIGHT, 1.0)
    day = rng.choice(days, count, p=weights / weights.sum())
    hour = rng.choice(24, count, p=np.array(HOUR_WEIGHTS) / sum(HOUR_WEIGHTS))
    within = rng.integers(0, HOUR, count)
    return np.sort(at(first) + day * DAY + hour * HOUR + within)


def windows(end: date) -> list[tuple[str, date, date]]:
    """Split the history where a count is published or a longer history begins."""
    parts = [
        ("until the bug report", FIRST_DAY, BUG_REPORT_END),
        ("until the impact report", BUG_REPORT_END, IMPACT_REPORT_END),
        ("afterwards", IMPACT_REPORT_END, end),
    ]
    return [part for part in parts if part[1] < part[2]]
