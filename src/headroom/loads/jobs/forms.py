"""The forms of jobs: what a header has to name, and how its columns become those of an attempt.

A form gives SQL that selects texts by the names of TEXTS from the lines of a source; `load` reads
them all alike. What a form does not use of a line is its covariates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from headroom.loads.jobs.values import MB_OF_MIB

# What a line says of an attempt, as text. `part_id` tells apart attempts that have one id.
TEXTS = (
    *("job_id", "part_id", "job_name", "group_name", "project", "user_name", "queue_name"),
    *("node_name", "image", "state", "reason", "exit_code", "cpus", "gpus"),
    *("submitted_at", "started_at", "ended_at", "whole_duration", "run_duration"),
    *("requested", "request_times", "peak"),
)
# Texts that every attempt has.
NEEDED = ("submitted_at", "state")
# What can hold secrets, or is a whole program.
LEFT_OUT = {"env", "script", "submitline", "comment", "admincomment", "systemcomment", "workdir"}


def quoted(name: str) -> str:
    """Write a name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text in SQL."""
    return "'" + text.replace("'", "''") + "'"


class Header:
    """The names of a header, in whatever case; says which of them were asked for."""

    def __init__(self, columns: Sequence[str]) -> None:
        """Keep the names."""
        self._columns = {name.lower(): name for name in columns}
        self.used: set[str] = set()

    def __contains__(self, name: object) -> bool:
        """Say whether a column is there."""
        return str(name).lower() in self._columns

    def known(self, *names: str) -> str:
        """Give SQL for the first known value among columns; NULL where none is there."""
        found = [self._columns[name.lower()] for name in names if name in self]
        self.used.update(found)
        values = [f"known({quoted(name)})" for name in found]
        return f"coalesce({', '.join(values)})" if values else "cast(null as text)"

    def covariates(self) -> str:
        """Give SQL for a JSON object of what was not asked for; NULL where nothing is."""
        members = [
            f"{literal(_json(name) + ': ')} || json_value(known({quoted(name)}))"
            for name in self._columns.values()
            if name not in self.used and name.lower() not in LEFT_OUT
        ]
        if not members:
            return "cast(null as text)"
        return f"'{{' || nullif(concat_ws(', ', {', '.join(members)}), '') || '}}'"


def _json(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Select(Protocol):
    """Gives SQL for the lines of a source as texts of attempts."""

    def __call__(self, header: Header) -> str:
        """Give a select from `lines`: `line_number`, TEXTS and `covariates`."""
        ...


@dataclass(frozen=True)
class Form:
    """A form: what parts its fields, what its header needs, and how to read it.

    `needed` are columns of which one of each group has to be there; `size` gives SQL for a size in
    MB by its text; `skipped` are states of what was not tried.
    """

    name: str
    delimiter: str
    is_quoted: bool
    needed: tuple[tuple[str, ...], ...]
    select: Select
    size: Callable[[Header, str], str]
    skipped: tuple[str, ...] = field(default=())

    def lacks(self, header: Header) -> list[str]:
        """Name what the header needs and does not have."""
        return [" or ".join(names) for names in self.needed if not any(n in header for n in names)]


def texts_of(header: Header, texts: Mapping[str, str], source: str = "lines") -> str:
    """Select what a form knows of an attempt; the rest is NULL, and covariates."""
    known = [f"{texts.get(name, 'cast(null as text)')} as {name}_text" for name in TEXTS]
    return (
        f"select line_number, {', '.join(known)}, {header.covariates()} as covariates from {source}"
    )


def _csv(header: Header) -> str:
    """Read the columns of the contract; `group` and `label` are those of the public traces."""
    texts = {
        "job_id": header.known("attempt_id"),
        "job_name": header.known("job_name", "group"),
        "group_name": header.known("group_name"),
        "project": header.known("project"),
        "user_name": header.known("owner_name"),
        "queue_name": header.known("queue_name"),
        "node_name": header.known("node_name"),
        "image": header.known("image"),
        "state": header.known("outcome"),
        "reason": header.known("exit_reason"),
        "exit_code": header.known("exit_code"),
        "cpus": header.known("cpus"),
        "gpus": header.known("gpu_count"),
        "submitted_at": header.known("submitted_at"),
        "started_at": header.known("started_at"),
        "ended_at": header.known("ended_at"),
        "requested": header.known("requested_mb"),
        "peak": header.known("peak_mb"),
    }
    if "attempt_id" not in header:
        # Lines that say the same are as many attempts, in the order of the file.
        label = header.known("label")
        header.used.discard("label")
        same = f"{texts['job_name']}, {label}, {texts['submitted_at']}"
        texts["part_id"] = (
            f"concat_ws(chr(31), {same}, nullif(row_number() over (partition by {same}"
            " order by line_number), 1))"
        )
    return texts_of(header, texts)


def _csv_size(header: Header, text: str) -> str:
    """Read a number of MB: 10^6 bytes by the contract, 2^20 in the form of the traces."""
    return f"plain_mb({text}, {MB_OF_MIB if 'group' in header else '1'})"


FORMS = {
    form.name: form
    for form in (
        Form(
            "csv",
            ",",
            True,
            (("job_name", "group"), ("submitted_at",), ("outcome",)),
            _csv,
            _csv_size,
        ),
    )
}
