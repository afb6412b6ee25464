"""Through which build the marts of a domain were made, and what holds them back, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from headroom.settings import MARTS_SCHEMA
from headroom.warehouse import Warehouse

# Facts whose names begin with another word than their domain.
_PREFIXES = {"flotilla": ("flotilla", "effects"), "failures": ("failures", "attempts")}


@dataclass(frozen=True)
class Provenance:
    """What `operations__marts` says of the marts of a domain; nothing where no build is recorded.

    `builds` are the first and the last build that made them, `made_at` when the last one ended.
    `held` says of each failed node that holds marts since when and which.
    """

    builds: tuple[int, int] | None = None
    made_at: datetime | None = None
    held: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """Say it, a fact a line."""
        if self.builds is None or self.made_at is None:
            return self.held
        first, last = self.builds
        through = f"build {last}" if first == last else f"builds {first} to {last}"
        made_at = self.made_at.astimezone(UTC)
        return (f"Made through {through}, ended {made_at:%Y-%m-%d %H:%M} UTC", *self.held)


def read_provenance(warehouse: Warehouse, domain: str) -> Provenance:
    """Read what is known of the marts of a domain."""
    if "operations__marts" not in warehouse.readable(MARTS_SCHEMA):
        return Provenance()
    names = ", ".join(f"'{name}'" for name in _PREFIXES.get(domain, (domain,)))
    marts = (
        f"from {MARTS_SCHEMA}.operations__marts where split_part(mart_name, '__', 1) in ({names})"
    )
    (made,) = warehouse.query(f"select min(build_id), max(build_id), max(made_at) {marts}").rows
    held = warehouse.query(
        f"select held_because, min(held_since), count(*), min(mart_name) {marts} and is_held"
        " group by held_because order by 2, 1"
    ).rows
    builds = (int(made[0]), int(made[1])) if made[0] is not None else None
    return Provenance(builds, made[2], tuple(map(_held, held)))


def _held(row: Sequence[Any]) -> str:
    because, since, count, mart = row
    more = f" and {count - 1} more are" if count > 1 else " is"
    return (
        f"Held since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC because of {because}:"
        f" {mart}{more} as an earlier build left them"
    )
