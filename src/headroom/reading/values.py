"""Values that every hook reads, and the error of a field that cannot hold what it holds."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

YEARS = range(1990, 2100)
FOUR_DIGITS = Decimal("0.0001")
# Longer text is not a number that anything here can hold, and costs time.
WRITTEN_NUMBER = re.compile(r"[+-]?([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?")
WRITTEN_TIME = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds, milliseconds, microseconds, nanoseconds: between the years of one lie none of another.
PER_SECOND = (1, 10**3, 10**6, 10**9)


class BadValueError(ValueError):
    """A field holds something that it cannot hold; the text says which and why."""


def exact(written: str) -> Decimal:
    """Read a number as it is written; beyond what a Decimal holds it is infinite, or zero."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal(0) if "e-" in written.lower() else Decimal("Infinity")


def number(name: str, value: Any, largest: Decimal, digits: Decimal = FOUR_DIGITS) -> Any:
    """Read a number from 0 to `largest`, rounded half away from zero; None stays None.

    Text that is a number counts as one.
    """
    if value is None:
        return None
    if isinstance(value, str) and WRITTEN_NUMBER.fullmatch(value.strip()):
        value = exact(value.strip())
    if not isinstance(value, Decimal):
        raise BadValueError(f"{name} is not a number")
    if not value.is_finite() or value > largest:
        raise BadValueError(f"{name} is out of range")
    if value < 0:
        raise BadValueError(f"{name} is negative")
    return value.quantize(digits, ROUND_HALF_UP)


def instant(name: str, value: Any) -> datetime | None:
    """Read a time as UTC: ISO 8601, or a number since 1970, also as text. None stays None.

    Without a zone it is UTC. The unit of a number is recognized by its size, see `since_1970`.
    """
    if value is None:
        return None
    # Eight digits are a day as ISO 8601 may write it.
    if isinstance(value, str) and WRITTEN_TIME.fullmatch(value.strip()) and len(value.strip()) != 8:
        value = exact(value.strip())
    if isinstance(value, Decimal):
        return _in_range(name, since_1970(value))
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (AttributeError, ValueError, OverflowError):
        raise BadValueError(f"{name} is not a time") from None
    return _in_range(name, moment)


def since_1970(number: Decimal) -> datetime | None:
    """Read seconds, milli-, micro- or nanoseconds since 1970: what lies in YEARS, else None."""
    for per_second in PER_SECOND:
        if not number.is_finite() or not 0 < number / per_second < 10**10:
            continue
        microseconds = (number * 10**6 / per_second).to_integral_value(ROUND_HALF_UP)
        moment = EPOCH + timedelta(microseconds=int(microseconds))
        if moment.year in YEARS:
            return moment
    return None


def _in_range(name: str, moment: datetime | None) -> datetime:
    if moment is None or moment.year not in YEARS:
        raise BadValueError(f"{name} is out of range")
    return moment
