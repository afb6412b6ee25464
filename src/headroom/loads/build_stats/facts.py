"""What is kept of builds and samples, and the rules by which a value is one.

Counts and limits keep the exact arithmetic of the marts within what 38 digits hold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from headroom.landed.rejects import digest
from headroom.landed.seed_csv import MAX_CELL
from headroom.loads.build_stats.fields import (
    CPU,
    PUBLISHED,
    READ,
    TIME,
    TOTAL,
    USED,
    WRITTEN,
    Meaning,
    is_sample,
    known,
    listed,
    unread,
)
from headroom.reading.inputs import clean_text
from headroom.reading.tolerant_json import write_json
from headroom.reading.values import FOUR_DIGITS, BadValueError, instant, number

MAX_SAMPLES = 100_000
MAX_PERCENT_OR_GB = Decimal(100_000)
# 100 terabytes in one build: sums over builds have to fit the columns of the marts.
MAX_COUNTER_MB = Decimal(10**8)
MAX_SECONDS = Decimal(10**9)
THREE_DIGITS = Decimal("0.001")
# Enough for a byte in GB; a field in another unit is rounded once, when it is converted.
TWELVE_DIGITS = Decimal("1e-12")
# Numbers of a sample, and the largest value of each that can be true.
SAMPLE_NUMBERS = {
    CPU: MAX_PERCENT_OR_GB,
    USED: MAX_PERCENT_OR_GB,
    TOTAL: MAX_PERCENT_OR_GB,
    READ: MAX_COUNTER_MB,
    WRITTEN: MAX_COUNTER_MB,
}
REPORTED_NUMBERS = {
    "cpu_utilization_avg": ("reported_cpu_avg_pct", MAX_PERCENT_OR_GB),
    "cpu_utilization_peak": ("reported_cpu_peak_pct", MAX_PERCENT_OR_GB),
    "memory_used_avg_gb": ("reported_memory_avg_gb", MAX_PERCENT_OR_GB),
    "memory_used_peak_gb": ("reported_memory_peak_gb", MAX_PERCENT_OR_GB),
    "io_read_total_mb": ("reported_io_read_mb", MAX_COUNTER_MB),
    "io_write_total_mb": ("reported_io_write_mb", MAX_COUNTER_MB),
}
# No document fixes the names of these: the first one that is there counts.
TIMES = {
    "created_at": ("create_time", "created_at", "queued_at"),
    "started_at": ("start_time", "started_at"),
    "finished_at": ("finish_time", "finished_at", "completed_at", "end_time"),
}
DURATIONS = {
    "queue_seconds": (
        "queue_seconds",
        "queue_time_seconds",
        "queue_duration_seconds",
        "queue_time_sec",
        "queue_time",
    ),
    "working_seconds": (
        "working_seconds",
        "working_time_seconds",
        "working_duration_seconds",
        "build_duration_seconds",
        "working_time_sec",
        "working_time",
        "duration_seconds",
    ),
}
SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")


@dataclass(frozen=True)
class Sample:
    """A sample by its place in the log; `row` is that of `landed_build_samples`.

    `unread` are the fields that speak of a quantity and whose column is NULL all the same.
    """

    build_id: str
    index: int
    row: Mapping[str, Any]
    unread: tuple[str, ...] = ()


def seconds(name: str, value: Any) -> Any:
    """Read a duration in seconds: a number, or text such as `628s`."""
    if isinstance(value, str):
        match = SECONDS.fullmatch(value.strip())
        if match is None:
            raise BadValueError(f"{name} is not a duration")
        value = Decimal(match[1])
    return number(name, value, MAX_SECONDS, THREE_DIGITS)


def text(name: str, value: Any) -> str | None:
    """Read text; None stays None, and empty text becomes None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValueError(f"{name} is not text")
    return clean_text(value.strip())[:1000] or None


def further(fields: Mapping[str, Any], known: Iterable[str]) -> str | None:
    """Give the fields that have no column as JSON text, or None without any."""
    rest = {name: fields[name] for name in sorted(set(fields) - set(known))}
    written = clean_text(write_json(rest)) if rest else None
    if written and len(written) > MAX_CELL:
        raise BadValueError(f"its other fields are longer than {MAX_CELL:,} characters")
    return written


def read_sample(build_id: str, index: int, fields: Any) -> Sample:
    """Read a sample; raises BadValueError."""
    if not isinstance(fields, dict):
        raise BadValueError("the sample is not an object")
    if not is_sample(fields):
        raise BadValueError(_nothing_known(fields))
    found = known(fields)
    row: dict[str, Any] = {"build_id": build_id, "sample_index": index}
    name, _ = found.get(TIME, ("ts", None))
    row[TIME] = instant(name, fields.get(name))
    for column, largest in SAMPLE_NUMBERS.items():
        row[column] = _scaled(fields, found.get(column), largest)
    row["extra_fields"] = further(fields, {*PUBLISHED, *(name for name, _ in found.values())})
    return Sample(build_id, index, row, tuple(unread(fields, found)))


def _scaled(fields: Mapping[str, Any], found: tuple[str, Meaning] | None, largest: Decimal) -> Any:
    if found is None:
        return None
    name, meaning = found
    value = number(name, fields[name], largest / meaning.factor, TWELVE_DIGITS)
    return (value * meaning.factor).quantize(FOUR_DIGITS, ROUND_HALF_UP)


def _nothing_known(fields: Mapping[str, Any]) -> str:
    if not fields:
        return "the sample has no fields"
    wanted = ", ".join(PUBLISHED)
    return f"the sample has none of {wanted}; it has {listed(fields)}"


def report_row(build_id: str, sample_count: int, **facts: Any) -> dict[str, Any]:
    """Give a row of `landed_build_reports`, identified by everything it says."""
    row = {"build_id": build_id, "sample_count": sample_count, **facts}
    said = sorted((name, str(value)) for name, value in row.items() if value is not None)
    return {**row, "report_id": digest(write_json([list(pair) for pair in said]))}
