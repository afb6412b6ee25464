"""What is kept of builds and samples, and the rules by which a value is one.

Counts and limits keep the exact arithmetic of the marts within what 38 digits hold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from headroom.hooks.inputs import clean_text
from headroom.hooks.rejects import digest
from headroom.hooks.seed_csv import MAX_CELL
from headroom.hooks.tolerant_json import write_json
from headroom.hooks.values import BadValueError, instant, number

MAX_SAMPLES = 100_000
MAX_PERCENT_OR_GB = Decimal(100_000)
# 100 terabytes in one build: sums over builds have to fit the columns of the marts.
MAX_COUNTER_MB = Decimal(10**8)
MAX_SECONDS = Decimal(10**9)
THREE_DIGITS = Decimal("0.001")
# Field of a sample: its column, and the largest value that can be true.
SAMPLE_NUMBERS = {
    "cpu": ("cpu_pct", MAX_PERCENT_OR_GB),
    "mem_used_gb": ("memory_used_gb", MAX_PERCENT_OR_GB),
    "mem_total_gb": ("memory_total_gb", MAX_PERCENT_OR_GB),
    "io_read_mb": ("io_read_mb", MAX_COUNTER_MB),
    "io_write_mb": ("io_write_mb", MAX_COUNTER_MB),
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
    """A sample by its place in the log; `row` is that of `landed_build_samples`."""

    build_id: str
    index: int
    row: Mapping[str, Any]


def seconds(name: str, value: Any) -> Any:
    """Read a duration in seconds: a number, or text such as `628s`."""
    if isinstance(value, str):
        match = SECONDS.fullmatch(value.strip())
        if match is None:
            raise BadValueError(f"{name} is no duration")
        value = Decimal(match[1])
    return number(name, value, MAX_SECONDS, THREE_DIGITS)


def text(name: str, value: Any) -> str | None:
    """Read text; None stays None, and empty text becomes None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValueError(f"{name} is no text")
    return clean_text(value.strip())[:1000] or None


def further(fields: Mapping[str, Any], known: Iterable[str]) -> str | None:
    """Give the fields that have no column as JSON text, or None where there is none."""
    rest = {name: fields[name] for name in sorted(set(fields) - set(known))}
    written = clean_text(write_json(rest)) if rest else None
    if written and len(written) > MAX_CELL:
        raise BadValueError(f"its further fields are longer than {MAX_CELL:,} characters")
    return written


def read_sample(build_id: str, index: int, fields: Any) -> Sample:
    """Read a sample; raises BadValueError."""
    if not isinstance(fields, dict):
        raise BadValueError("the sample is no object")
    row: dict[str, Any] = {"build_id": build_id, "sample_index": index}
    row["sampled_at"] = instant("ts", fields.get("ts"))
    for name, (column, largest) in SAMPLE_NUMBERS.items():
        row[column] = number(name, fields.get(name), largest)
    row["extra_fields"] = further(fields, ("ts", *SAMPLE_NUMBERS))
    return Sample(build_id, index, row)


def report_row(build_id: str, sample_count: int, **facts: Any) -> dict[str, Any]:
    """Give a row of `landed_build_reports`, identified by everything it says."""
    row = {"build_id": build_id, "sample_count": sample_count, **facts}
    said = sorted((name, str(value)) for name, value in row.items() if value is not None)
    return {**row, "report_id": digest(write_json([list(pair) for pair in said]))}
