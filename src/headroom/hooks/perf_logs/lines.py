"""What a line of a performance log says: the whole rule, line by line.

`fast` reads the usual lines in bulk and gives the same rows; all others come here. Prefixes are
free: a pod as `kubectl logs --prefix` writes it and the first time are kept, the rest is passed by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from headroom.hooks.rejects import digest
from headroom.hooks.values import exact

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


def parse_line(text: str) -> Parsed | None:
    """Read a line; None where it is none of ours. Raises BadLineError."""
    timing = TIMING.search(text)
    if timing:
        kind = timing[1]
        fields = read_fields(COLOUR.sub("", text[timing.end() :]))
        row = _simulation(fields) if kind == "SIM" else _aggregation(fields)
        prefix = text[: timing.start()]
        return Parsed(
            TIMINGS,
            {"timing_id": digest(text), "kind": KINDS[kind], **row, **read_prefix(prefix)},
        )
    if PAYLOAD_MARK.search(text):
        return Parsed(PAYLOADS, _payload(text))
    return _warning(text)


def read_prefix(prefix: str) -> dict[str, Any]:
    """Give the pod and the first time in what stands before a line's own text."""
    pod = POD.search(prefix)
    time = TIMED.search(prefix)
    moment = None
    if time:
        try:
            moment = datetime.fromisoformat(time[0].replace(",", "."))
        except ValueError:
            moment = None
    if moment is not None:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return {"logged_at": moment, "pod_name": (pod[1][:MAX_TEXT] or None) if pod else None}


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
        raise BadLineError(f"{name} is no number")
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
        raise BadLineError(f"{name} is no whole number")
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
        "payload_estimate_id": digest(text),
        "sim_return_count": int(found[1]),
        "sample_kb": _number(fields, "sample_size", MAX_SIZE, 6),
        "total_estimate_kb": _number(fields, "total_estimate", MAX_SIZE, 6),
        **read_prefix(text[: found.start()]),
    }


def _warning(text: str) -> Parsed | None:
    for category, pattern in WARNED:
        found = pattern.search(text)
        if not found:
            continue
        sizes = [*found.groups(), None, None, None, None][:4]
        address = ADDRESS.search(text)
        row = {
            "worker_warning_id": digest(text),
            "category": category,
            "worker": address[1][:MAX_TEXT] if address else None,
            "process_memory_mb": _mebibytes(sizes[0], sizes[1]),
            "memory_limit_mb": _mebibytes(sizes[2], sizes[3]),
            **read_prefix(text[: found.start()]),
        }
        return Parsed(WARNINGS, row)
    return None


def _mebibytes(amount: str | None, unit: str | None) -> Decimal | None:
    """Give a size in MiB: kiB and the like are powers of 1024, kB and the like of 1000."""
    if amount is None or unit is None:
        return None
    if not NUMBER.fullmatch(amount):
        raise BadLineError("the size is no number")
    letter = unit[0].upper() if unit != "B" else ""
    power = UNITS[letter] if letter else 0
    value = Decimal(amount) * Decimal(1024 if "i" in unit else 1000) ** power / Decimal(1024**2)
    if not value < MAX_SIZE:
        raise BadLineError("the size is out of range")
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)
