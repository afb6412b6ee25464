"""Durations as a user writes them: 30m, 1h, 2d."""

import re
from datetime import timedelta

from headroom.errors import UsageError

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def parse_span(option: str, text: str, units: str = "smhd") -> timedelta:
    """Read a duration; raise UsageError, naming the option, for anything else."""
    found = re.fullmatch(rf"([1-9][0-9]{{0,3}})([{units}])", text)
    if found is None:
        raise UsageError(
            f"{option} {text!r} is not a duration",
            f"write a whole number and one of {', '.join(units)}: 30m, 1h, 2d",
        )
    return int(found[1]) * UNITS[found[2]]
