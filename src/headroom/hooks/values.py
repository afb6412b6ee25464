"""Values that every hook reads, and the error of a field that cannot hold what it holds."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

YEARS = range(1990, 2100)
FOUR_DIGITS = Decimal("0.0001")


class BadValueError(ValueError):
    """A field holds something that it cannot hold; the text says which and why."""


def exact(written: str) -> Decimal:
    """Read a number as it is written; beyond what a Decimal holds it is infinite, or zero."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal(0) if "e-" in written.lower() else Decimal("Infinity")


def number(name: str, value: Any, largest: Decimal, digits: Decimal = FOUR_DIGITS) -> Any:
    """Read a number from 0 to `largest`, rounded half away from zero; None stays None."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise BadValueError(f"{name} is no number")
    if not value.is_finite() or value > largest:
        raise BadValueError(f"{name} is out of range")
    if value < 0:
        raise BadValueError(f"{name} is negative")
    return value.quantize(digits, ROUND_HALF_UP)


def instant(name: str, value: Any) -> datetime | None:
    """Read an ISO 8601 time as UTC; one without a zone is UTC already. None stays None."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (AttributeError, ValueError, OverflowError):
        raise BadValueError(f"{name} is no time") from None
    if moment.year not in YEARS:
        raise BadValueError(f"{name} is out of range")
    return moment
