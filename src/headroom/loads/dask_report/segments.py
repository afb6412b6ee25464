"""Segments of a task stream: one rectangle each, with its action, its begin and its duration.

Dask writes a rectangle by its middle and its width, in milliseconds since 1970, and the action as a
prefix of the name. Only what is not compute is drawn pale, so a task whose own name is like a
prefix can be told from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from headroom.landed.masks import mask_secrets
from headroom.landed.rejects import digest
from headroom.loads.dask_report.documents import (
    MAX_SEGMENTS,
    BadArrayError,
    Columns,
    values,
)
from headroom.reading.inputs import clean_text

NEEDED = ("start", "duration", "key", "name", "worker", "worker_thread")
ACTIONS = ("transfer", "disk-read", "disk-write", "deserialize")
COMPUTE = "compute"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years 1990 to 2099 in milliseconds.
EARLIEST, LATEST = Decimal(631_152_000_000), Decimal(4_102_444_800_000)
MAX_DURATION = Decimal(10**9)
MAX_TEXT = 1000
MAX_REMEMBERED = 10_000


class BadStreamError(ValueError):
    """The task stream cannot be read as a whole; the text says why."""


class BadSegmentError(ValueError):
    """A segment cannot be true; the text says why."""


@dataclass(frozen=True)
class Stream:
    """A task stream: its identity, and the raw values of each segment by column."""

    report_id: str
    segments: list[dict[str, Any]]


def is_stream(columns: Columns) -> bool:
    """Say whether a data source is a task stream."""
    return all(name in columns for name in NEEDED)


def read_stream(columns: Columns) -> Stream:
    """Decode the columns and identify the stream by them. Raises BadStreamError."""
    decoded = {}
    for name in (*NEEDED, "alpha"):
        try:
            if name in columns:
                decoded[name] = values(columns[name])
        except BadArrayError:
            raise BadStreamError(
                f"the column {name} of the task stream cannot be read, or holds more than "
                f"{MAX_SEGMENTS:,} values"
            ) from None
    if len({len(column) for column in decoded.values()}) > 1:
        raise BadStreamError("the columns of the task stream differ in length")
    segments = [
        dict(zip(decoded, segment, strict=True)) for segment in zip(*decoded.values(), strict=True)
    ]
    content = "\n".join(
        "\x1f".join(_identity(segment[name]) for name in NEEDED) for segment in segments
    )
    return Stream(digest(clean_text(content)), segments)


def _identity(value: Any) -> str:
    """Write equal numbers equally, however the report wrote them."""
    return repr(float(value)) if isinstance(value, Decimal) else _text(value)


def rows(stream: Stream) -> Iterator[tuple[int, dict[str, Any] | BadSegmentError]]:
    """Give each segment's place with its row, or with its error."""
    for index, segment in enumerate(stream.segments):
        try:
            yield index, _row(segment)
        except BadSegmentError as error:
            yield index, error


def _row(segment: dict[str, Any]) -> dict[str, Any]:
    duration = _number("duration", segment["duration"])
    middle = _number("start", segment["start"])
    if duration < 0:
        raise BadSegmentError("the duration is negative")
    if duration > MAX_DURATION:
        raise BadSegmentError("the duration is out of range")
    if not EARLIEST <= middle < LATEST:
        raise BadSegmentError("the start is out of range")
    begin = middle - duration / 2
    microseconds = int((begin * 1000).to_integral_value(ROUND_HALF_UP))
    action, name = split_name(_text(segment["name"]), segment.get("alpha"))
    return {
        "worker": _shown(segment["worker"]),
        "worker_thread": _shown(segment["worker_thread"]),
        "task_key": _shown(segment["key"]),
        "task_name": _shown(name),
        "action": action,
        "started_at": EPOCH + timedelta(microseconds=microseconds),
        "duration_ms": duration.quantize(Decimal("0.001"), ROUND_HALF_UP),
    }


def split_name(name: str, alpha: Any) -> tuple[str, str]:
    """Give a segment's action and its task's name; opaque segments are compute whatever the name.

    A pale one with a prefix that is not known keeps the prefix as its action.
    """
    if alpha == 1:
        return COMPUTE, name
    for action in ACTIONS:
        if name.startswith(f"{action}-"):
            return action, name.removeprefix(f"{action}-")
    action, dash, rest = name.partition("-")
    if alpha is None or not dash:
        return COMPUTE, name
    return action, rest


def _number(name: str, value: Any) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadSegmentError(f"the {name} is not a number")
    return value


def _text(value: Any) -> str:
    """Write a value as Dask writes it: a key is text, or a tuple that JSON has as a list."""
    if isinstance(value, list):
        inside = ", ".join(repr(item) if isinstance(item, str) else _text(item) for item in value)
        return f"({inside})"
    return str(value)


def _shown(value: Any) -> str:
    return _clean(_text(value))


@lru_cache(MAX_REMEMBERED)
def _clean(text: str) -> str:
    """Mask and cut a text; a stream repeats its names, workers and keys."""
    return mask_secrets(clean_text(text))[:MAX_TEXT]
