"""What a line of a performance log says: the whole rule, line by line.

`fast` reads the usual lines in bulk and gives the same rows; all others come here. Prefixes are
free: a pod as `kubectl logs --prefix` writes it and the first time are kept, the rest is passed by.
An event is known by what it says, never by what stands around it (decision 18).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from headroom.landed.contract import landed_tables
from headroom.loads.perf_logs.wrapped import MARK, Wrapped, member, unwrap
from headroom.reading.inputs import clean_text
from headroom.reading.values import exact

TIMINGS, PAYLOADS, WARNINGS = (
    "landed_timings",
    "landed_payload_estimates",
    "landed_worker_warnings",
)
KINDS = {"SIM": "simulation", "AGG": "aggregation"}
TIMING = re.compile(r"(SIM|AGG)_TIMING:")
FIELD = re.compile(r"(?:^|(?<=\s))([A-Za-z_]\w*)=", re.ASCII)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Times without a zone are UTC. The fast reader has the same pattern.
TIME = (
    r"(?:199|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:[.,][0-9]{1,9})?(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?"
)
TIMED = re.compile(TIME)
# A text of JSON that has begun.
OPEN_TEXT = re.compile(r'"\s*:\s*"(?:[^"\\]|\\.)*$')
POD = re.compile(r"\[pod/([^\]/]*)")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
# Eleven days, a terabyte of payload, a terabyte in KiB or a petabyte in MiB: more cannot be true,
# and sums of it would not fit the columns of the marts.
MAX_MS = Decimal(10**9)
MAX_PAYLOAD_MB = Decimal(10**6)
MAX_SIZE = Decimal(10**9)
MAX_INTEGER, MAX_BIGINT = 2**31 - 1, 2**63 - 1
MAX_TEXT = 1000
# A container runtime's JSON around that of a logger, and one more.
MAX_WRAPS = 3
PARAM_LENGTH = 8
NOTHING = ("N/A", "None", "")
SIZE = r"([0-9.]+) ?([kKMGTP]i?B|B)"
PAYLOAD = re.compile(
    r"Aggregation: ([0-9]{1,9}) sim_returns, sample_size=([0-9.]+) ?KB,"
    r" total_estimate=([0-9.]+) ?KB"
)
PAYLOAD_MARK = re.compile(r"Aggregation: .*(?:sim_returns|sample_size)")
UNITS = {"": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
# The texts of `distributed` since 2021, the first match counts. Memory: process, or unmanaged.
LIMITED = rf"(?:.*?memory: {SIZE}(?: -- Worker memory limit: {SIZE})?)?"
WARNED = (
    ("unmanaged_memory", re.compile(rf"Unmanaged memory use is high{LIMITED}")),
    ("unmanaged_memory", re.compile(rf"Memory use is high but worker has no data{LIMITED}")),
    ("pausing", re.compile(rf"memory usage\. Pausing worker\.{LIMITED}")),
    ("resuming", re.compile(rf"memory usage\. Resuming worker\.{LIMITED}")),
    ("spilling", re.compile(r"memory usage\. Start spilling data to disk")),
    ("spilling", re.compile(r"Spill (?:file on disk reached capacity|to disk failed)")),
    ("spilling", re.compile(r"Moved [0-9]+ tasks worth \S+ ?\S* to disk")),
    ("restarting", re.compile(r"exceeded [0-9.]+% memory budget\. Restarting")),
)
ADDRESS = re.compile(r"\b((?:tcp|tls|ucx|ws|wss|inproc)://[^\s,;'\"()<>\[\]]+)")


class BadLineError(ValueError):
    """A line carries a prefix of ours but does not parse; the text says why."""


@dataclass(frozen=True)
class Parsed:
    """A row, but for its labels, and the landed table that it belongs to."""

    table: str
    row: Mapping[str, Any]


@dataclass
class _Event:
    """What a line says: its row without a key, and the last time in front of it, its own."""

    table: str
    row: dict[str, Any]
    own_time: datetime | None = None


def parse_line(text: str) -> Parsed | None:
    """Read a line, plain or in JSON; None if it has nothing for us. Raises BadLineError."""
    event = _read(text, 0)
    if event is None:
        return None
    table = landed_tables()[event.table]
    return Parsed(
        event.table, {table.key[0]: table.event_id(event.row, event.own_time), **event.row}
    )


def _read(text: str, depth: int) -> _Event | None:
    wrapped = unwrap(text) if depth < MAX_WRAPS else None
    if wrapped:
        return _unwrapped(wrapped, depth)
    try:
        return _plain(text)
    except BadLineError:
        alone = member(text) if depth < MAX_WRAPS else None
        if alone is None:
            raise
        return _unwrapped(alone, depth)


def _unwrapped(wrapped: Wrapped, depth: int) -> _Event | None:
    """Read the first text of a JSON line that is an event; several fields can repeat it."""
    problem: BadLineError | None = None
    for text in wrapped.texts:
        try:
            found = [_read(line, depth + 1) for line in text.splitlines() if MARK.search(line)]
        except BadLineError as error:
            problem = problem or error
            continue
        events = [event for event in found if event]
        if len(events) > 1:
            raise BadLineError("several events in one message")
        if events:
            return _around(events[0], wrapped)
    if problem:
        raise problem
    return None


def _around(event: _Event, wrapped: Wrapped) -> _Event:
    """Add what stands around a message: time and pod are the first ones, from left to right."""
    before = read_prefix(wrapped.before)
    for name, written in (("logged_at", wrapped.logged_at), ("pod_name", wrapped.pod_name)):
        event.row[name] = before[name] or written or event.row[name]
    if event.row["pod_name"]:
        event.row["pod_name"] = clean_text(event.row["pod_name"])[:MAX_TEXT]
    event.own_time = event.own_time or wrapped.logged_at or before["logged_at"]
    return event


def _plain(text: str) -> _Event | None:
    timing = TIMING.search(text)
    if timing:
        kind = timing[1]
        if OPEN_TEXT.search(text[: timing.start()]) and '"' not in text[timing.end() :]:
            raise BadLineError("the JSON that holds the line is cut off")
        fields = read_fields(COLOUR.sub("", text[timing.end() :]))
        row = _simulation(fields) if kind == "SIM" else _aggregation(fields)
        prefix = text[: timing.start()]
        return _Event(TIMINGS, {"kind": KINDS[kind], **row, **read_prefix(prefix)})
    payload = PAYLOAD_MARK.search(text)
    if payload:
        prefix = text[: payload.start()]
        return _Event(PAYLOADS, {**_payload(text), **read_prefix(prefix)}, _last_time(prefix))
    return _warning(text)


def read_prefix(prefix: str) -> dict[str, Any]:
    """Give the pod and the first time in what stands before a line's own text."""
    pod = POD.search(prefix)
    time = TIMED.search(prefix)
    return {
        "logged_at": _moment(time[0]) if time else None,
        "pod_name": (pod[1][:MAX_TEXT] or None) if pod else None,
    }


def _last_time(prefix: str) -> datetime | None:
    times = TIMED.findall(prefix)
    return _moment(times[-1]) if times else None


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written.replace(",", "."))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_fields(text: str) -> dict[str, str]:
    """Give the key=value pairs of a text, in whatever order. Raises BadLineError."""
    found = list(FIELD.finditer(text))
    if not found:
        raise BadLineError("there are no fields")
    if text[: found[0].start()].strip():
        raise BadLineError("text stands before the fields")
    ends = [match.start() for match in found[1:]] + [len(text)]
    fields: dict[str, str] = {}
    for match, end in zip(found, ends, strict=True):
        if match[1] in fields:
            raise BadLineError(f"{match[1]} stands twice")
        fields[match[1]] = text[match.end() : end].strip()
    return fields


def _simulation(fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        "param_id": _name(fields, "param_id")[:PARAM_LENGTH],
        "seed": _whole(fields, "seed", MAX_BIGINT, may_be_negative=True),
        "duration_ms": _number(fields, "duration_ms", MAX_MS, 3),
        "worker": _address(fields, "worker"),
    }


def _aggregation(fields: Mapping[str, str]) -> dict[str, Any]:
    run_id = fields.get("run_id", "")
    return {
        "run_id": None if run_id in NOTHING else _name(fields, "run_id"),
        "param_id": _name(fields, "param_id")[:PARAM_LENGTH],
        "target": _name(fields, "target"),
        "sim_return_count": _whole(fields, "n_sim_returns", MAX_INTEGER),
        "output_count": _whole(fields, "n_outputs", MAX_INTEGER),
        "total_inline_mb": _number(fields, "total_inline_mb", MAX_PAYLOAD_MB, 6),
        "max_single_kb": _number(fields, "max_single_kb", MAX_SIZE, 6),
        "duration_ms": _number(fields, "duration_ms", MAX_MS, 3),
        "worker": _address(fields, "worker"),
    }


def _value(fields: Mapping[str, str], name: str) -> str:
    if name not in fields:
        raise BadLineError(f"{name} is missing")
    if not fields[name]:
        raise BadLineError(f"{name} is empty")
    return fields[name]


def _name(fields: Mapping[str, str], name: str) -> str:
    value = _value(fields, name)
    if len(value) > MAX_TEXT:
        raise BadLineError(f"{name} is too long")
    return value


def _address(fields: Mapping[str, str], name: str) -> str:
    value = _name(fields, name)
    if '"' in value or any(character.isspace() for character in value):
        raise BadLineError(f"text stands after {name}")
    return value


def _number(fields: Mapping[str, str], name: str, limit: Decimal, digits: int) -> Decimal:
    text = _value(fields, name)
    if not NUMBER.fullmatch(text) or len(text) > MAX_TEXT:
        raise BadLineError(f"{name} is not a number")
    value = exact(text)
    if value < 0:
        raise BadLineError(f"{name} is negative")
    if not value < limit:
        raise BadLineError(f"{name} is out of range")
    # The exponent of a tiny number can be beyond what quantize takes.
    if value < Decimal(1).scaleb(-digits - 2):
        value = Decimal(0)
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _whole(
    fields: Mapping[str, str], name: str, limit: int, *, may_be_negative: bool = False
) -> int:
    text = _value(fields, name)
    if not WHOLE.fullmatch(text):
        raise BadLineError(f"{name} is not a whole number")
    value = int(text)
    if value < 0 and not may_be_negative:
        raise BadLineError(f"{name} is negative")
    if abs(value) > limit:
        raise BadLineError(f"{name} is out of range")
    return value


def _payload(text: str) -> dict[str, Any]:
    found = PAYLOAD.search(text)
    if not found:
        raise BadLineError("the line about the payload is not complete")
    fields = {"sample_size": found[2], "total_estimate": found[3]}
    return {
        "sim_return_count": int(found[1]),
        "sample_kb": _number(fields, "sample_size", MAX_SIZE, 6),
        "total_estimate_kb": _number(fields, "total_estimate", MAX_SIZE, 6),
    }


def _warning(text: str) -> _Event | None:
    for category, pattern in WARNED:
        found = pattern.search(text)
        if not found:
            continue
        sizes = [*found.groups(), None, None, None, None][:4]
        address = ADDRESS.search(text)
        row = {
            "category": category,
            "worker": address[1][:MAX_TEXT] if address else None,
            "process_memory_mb": _mebibytes(sizes[0], sizes[1]),
            "memory_limit_mb": _mebibytes(sizes[2], sizes[3]),
            **read_prefix(text[: found.start()]),
        }
        return _Event(WARNINGS, row, _last_time(text[: found.start()]))
    return None


def _mebibytes(amount: str | None, unit: str | None) -> Decimal | None:
    """Give a size in MiB: kiB and the like are powers of 1024, kB and the like of 1000."""
    if amount is None or unit is None:
        return None
    if not NUMBER.fullmatch(amount):
        raise BadLineError("the size is not a number")
    letter = unit[0].upper() if unit != "B" else ""
    power = UNITS[letter] if letter else 0
    value = Decimal(amount) * Decimal(1024 if "i" in unit else 1000) ** power / Decimal(1024**2)
    if not value < MAX_SIZE:
        raise BadLineError("the size is out of range")
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)
