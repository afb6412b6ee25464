"""What a value of a history or a listing can be: unknown is NULL, and nonsense has a reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from headroom.reading.inputs import clean_text, decode
from headroom.reading.values import YEARS, BadValueError
from headroom.reading.values import instant as iso_instant

MAX_TEXT = 20_000
# Text is masked first and cut then; this bounds what is masked.
MAX_RAW_TEXT = 1_000_000
UNKNOWN = frozenset({"", "unknown"})
# A cluster has fewer GPUs, a history fewer failures.
MAX_GPUS = 10_000
MAX_COUNT = 10**9
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,20})?", re.ASCII)
ZONE = re.compile(r" ?(UTC|GMT|[+-]\d{2}:?\d{2})$")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")
FLAGS = {"0": False, "1": True, "false": False, "true": True}


def text(value: Any) -> str | None:
    """Give what is written, or None: also for the word unknown."""
    if value is None:
        return None
    written = decode(value) if isinstance(value, bytes) else clean_text(str(value))
    written = written.strip()[:MAX_RAW_TEXT]
    return None if written.lower() in UNKNOWN else written


def instant(name: str, value: Any) -> datetime | None:
    """Read a time: ISO 8601, also with a space for the T, or seconds or milliseconds since 1970.

    Without a zone it is UTC. Raises BadValueError.
    """
    written = text(value)
    if written is None:
        return None
    if NUMBER.fullmatch(written):
        moment = _since_1970(Decimal(written))
        if moment is not None:
            return moment
    zone = ZONE.search(written)
    if zone:
        offset = "+00:00" if zone[1] in ("UTC", "GMT") else zone[1]
        written = written[: zone.start()] + offset
    return iso_instant(name, written)


def listed_instant(name: str, value: Any) -> datetime | None:
    """Read a time of Kubernetes: its zero and that of Unix mean never. Raises BadValueError."""
    return None if is_never(value) else instant(name, value)


def is_never(value: Any) -> bool:
    """Tell the beginning of the calendar (Go's zero) and 1970 from a time."""
    try:
        moment = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return False
    return moment.date() == date.min or moment.replace(tzinfo=moment.tzinfo or UTC) == EPOCH


def first_time(*values: Any) -> Any:
    """Give the first value that is there and does not mean never."""
    return next(
        (value for value in values if value not in (None, "") and not is_never(value)), None
    )


def _since_1970(number: Decimal) -> datetime | None:
    for microseconds in (1_000_000, 1000, 1):
        try:
            moment = EPOCH + timedelta(microseconds=int(number * microseconds))
        except OverflowError:
            continue
        if moment.year in YEARS:
            return moment
    return None


def count(name: str, value: Any, largest: int = MAX_COUNT) -> int | None:
    """Read a whole number from 0 to `largest`. Raises BadValueError."""
    written = text(value)
    if written is None:
        return None
    if not NUMBER.fullmatch(written) or Decimal(written) % 1:
        raise BadValueError(f"{name} is not a whole number")
    number = int(Decimal(written))
    if number < 0:
        raise BadValueError(f"{name} is negative")
    if number > largest:
        raise BadValueError(f"{name} is out of range")
    return number


def flag(name: str, value: Any) -> bool | None:
    """Read a yes or no as SQLite and JSON write it. Raises BadValueError."""
    written = text(value)
    if written is None:
        return None
    if written.lower() not in FLAGS:
        raise BadValueError(f"{name} is neither 0 nor 1")
    return FLAGS[written.lower()]


@dataclass
class Problems:
    """Values that could not be read while their row stays: each is named, and NULL in the row."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def read(self, reader: Callable[..., T | None], name: str, value: Any, *more: Any) -> T | None:
        """Read a value, or keep the reason why not and give None."""
        try:
            return reader(name, value, *more)
        except BadValueError as error:
            self.found.append((str(error), text(value) or ""))
            return None
