"""What a field of a sample is called: the published name, or another one that says the same.

A name is cut into words. It is read only where every word is known, so that a rate or a share is
never taken for an amount. What speaks of a quantity and is not read is named, see `unread`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

MAX_NAMED = 12
MAX_NAME = 40
TIME = "sampled_at"
CPU, USED, TOTAL = "cpu_pct", "memory_used_gb", "memory_total_gb"
READ, WRITTEN = "io_read_mb", "io_write_mb"
PUBLISHED = {
    "ts": TIME,
    "cpu": CPU,
    "mem_used_gb": USED,
    "mem_total_gb": TOTAL,
    "io_read_mb": READ,
    "io_write_mb": WRITTEN,
}
WORDS = re.compile(r"[KMGT]i?B(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
TIMES = {
    "ts", "time", "timestamp", "datetime", "date time", "sampled at", "recorded at", "collected at",
    "sample time", "time stamp", "epoch", "unix time", "unix timestamp",
}  # fmt: skip
# The unit of a time is recognized by its size.
TIME_UNITS = {"s", "sec", "seconds", "ms", "millis", "us", "micros", "ns", "nanos", "utc"}
SUBJECTS = {
    "cpu": "cpu",
    "mem": "memory",
    "memory": "memory",
    "ram": "memory",
    "io": "io",
    "disk": "io",
    "blkio": "io",
    "block": "io",
}
USE = {"used", "usage", "use", "utilization", "utilisation", "util"}
SIZE = {"total", "limit", "capacity", "size", "max"}
READS, WRITES = {"read", "reads"}, {"write", "writes", "written"}
PERCENT = {"percent": 1, "pct": 1, "percentage": 1, "fraction": 100, "ratio": 100, "share": 100}
# How many of a unit make a gigabyte: powers of 1024, as `free` counts them (decision 17).
PER_GB = {
    "gb": 1,
    "gib": 1,
    "mb": 1024,
    "mib": 1024,
    "kb": 1024**2,
    "kib": 1024**2,
    "bytes": 1024**3,
    "byte": 1024**3,
    "b": 1024**3,
}


@dataclass(frozen=True)
class Meaning:
    """The column that a field is for, and what its value is multiplied by."""

    column: str
    factor: Decimal = Decimal(1)


@lru_cache(10_000)
def meaning(name: str) -> Meaning | None:
    """Give what a field of this name holds; None where a word of the name is not known."""
    if name in PUBLISHED:
        return Meaning(PUBLISHED[name])
    words = _words(name)
    if _is_time(words):
        return Meaning(TIME)
    subject = SUBJECTS.get(words[0]) if words else None
    if subject is None:
        return None
    unit = words[-1] if len(words) > 1 else ""
    if subject == "cpu":
        return _cpu(words[1:])
    if unit not in PER_GB:
        return None
    return _amount(subject, set(words[1:-1]), Decimal(1) / PER_GB[unit])


def _words(name: str) -> list[str]:
    return [word.lower() for word in WORDS.findall(name)]


def _is_time(words: list[str]) -> bool:
    return " ".join(words) in TIMES or (
        len(words) > 1 and words[-1] in TIME_UNITS and " ".join(words[:-1]) in TIMES
    )


def _cpu(words: list[str]) -> Meaning | None:
    factors = [PERCENT[word] for word in words if word in PERCENT]
    if len(factors) > 1 or any(word not in PERCENT and word not in USE for word in words):
        return None
    return Meaning(CPU, Decimal(factors[0] if factors else 1))


def _amount(subject: str, words: set[str], factor: Decimal) -> Meaning | None:
    if subject == "memory":
        # Without a word for it, what a sample says of memory is how much is in use.
        if words <= USE:
            return Meaning(USED, factor)
        return Meaning(TOTAL, factor) if words <= SIZE else None
    words -= {"io", "total", "disk"}
    if words and words <= READS:
        return Meaning(READ, factor * 1024)
    return Meaning(WRITTEN, factor * 1024) if words and words <= WRITES else None


def known(fields: Mapping[str, object]) -> dict[str, tuple[str, Meaning]]:
    """Give for each column the field that it is read from: the published one before all others."""
    found: dict[str, tuple[str, Meaning]] = {}
    for name in sorted(fields, key=lambda name: (name not in PUBLISHED, name)):
        said = meaning(name)
        if said and fields[name] is not None:
            found.setdefault(said.column, (name, said))
    return found


def is_sample(fields: Mapping[str, object]) -> bool:
    """Say whether an object is a sample: it has a published field, or another quantity.

    A time under another name does not make a sample: every line of a structured log has one.
    """
    return any(name in PUBLISHED for name in fields) or bool(set(known(fields)) - {TIME})


def unread(fields: Mapping[str, object], columns: Iterable[str]) -> list[str]:
    """Name the fields that speak of a quantity which none of the read `columns` holds."""
    read = set(columns)
    return sorted(
        name
        for name, value in fields.items()
        if value is not None and (about := _about(name)) and not (about & read)
    )


@lru_cache(10_000)
def _about(name: str) -> frozenset[str]:
    """Give the columns that a name may be about."""
    words = _words(name)
    subjects = {SUBJECTS[word] for word in words if word in SUBJECTS}
    if "cpu" in subjects:
        return frozenset({CPU})
    if "memory" in subjects:
        return frozenset({TOTAL} if SIZE & set(words) else {USED})
    if "io" in subjects:
        found = {READ} if READS & set(words) else set()
        found |= {WRITTEN} if WRITES & set(words) else set()
        return frozenset(found)
    is_time = words and (words[0] in ("ts", "timestamp") or words[-1] in ("time", "timestamp"))
    return frozenset({TIME} if is_time else ())


def listed(names: Iterable[str]) -> str:
    """Write names of fields for a person: some of them, short, and nothing a terminal obeys."""
    found = sorted(names)
    shown = ["".join(c if c.isprintable() else "?" for c in name)[:MAX_NAME] for name in found]
    more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
    return ", ".join(shown[:MAX_NAMED]) + more
