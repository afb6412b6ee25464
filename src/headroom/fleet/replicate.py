"""A larger fleet: the everyday definitions again under new names, hashes and run ids.

Nothing gets denser: a copy has its own definitions, so its runs have only their own donors, and
the published figures count none of them.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from headroom.fleet.clock import Ints, stream
from headroom.fleet.definitions import Definition, invented_id
from headroom.fleet.plan import NONE
from headroom.fleet.rows import Rows, hash_texts, id_cores

_EVERYDAY = ("background", "calm")


def everyday(rows: Rows) -> Rows:
    """Give the runs that can be copied; their donors point among themselves."""
    copied = np.array([item.kind in _EVERYDAY for item in rows.definitions])
    places = np.flatnonzero(copied[rows.intents.definition])
    part = rows.slice(places)
    donor = part.outcome.donor
    inside = np.where(donor == NONE, NONE, np.searchsorted(places, donor))
    return replace(part, outcome=replace(part.outcome, donor=inside))


def copies(rows: Rows, extra: int, seed: int) -> Iterator[tuple[Rows, Ints]]:
    """Yield copies with exactly `extra` runs in all, each with the positions to keep of it."""
    part = everyday(rows)
    number = 1
    while extra > 0:
        kept = np.arange(len(part)) if extra >= len(part) else _fitting(part, extra)
        yield _copy(part, number, seed), kept
        extra -= len(kept)
        number += 1


def copied_definitions(rows: Rows, number: int) -> list[Definition]:
    """Give the definitions of a copy."""
    return [_renamed(item, number) for item in rows.definitions if item.kind in _EVERYDAY]


def _fitting(part: Rows, size: int) -> Ints:
    """Choose exactly `size` runs: whole definitions, then runs of one without any OOM.

    That one has more runs than any other, so it always fills the gap.
    """
    definition = part.intents.definition
    calm = np.array([item.kind == "calm" for item in part.definitions])[definition]
    counts = np.bincount(definition[~calm], minlength=len(part.definitions))
    whole = np.flatnonzero(np.cumsum(counts) <= size)
    kept = ~calm & np.isin(definition, whole)
    kept[np.flatnonzero(calm)[: size - int(kept.sum())]] = True
    return np.flatnonzero(kept)


def _renamed(item: Definition, number: int) -> Definition:
    alias = f"{item.alias}-{number}"
    return replace(item, alias=alias, definition_id=invented_id(item.group, alias))


def _copy(part: Rows, number: int, seed: int) -> Rows:
    rng = stream(seed, f"copy {number}")
    high, low = rng.integers(0, 2**62, (2, len(part)))
    return replace(
        part,
        intents=replace(part.intents, id_high=high, id_low=low),
        id_cores=id_cores(high, low),
        definitions=[_renamed(item, number) for item in part.definitions],
        # An empty command stays empty.
        commands=[f"{text} --copy {number}" if text else text for text in part.commands],
        descriptions=[f"{text} ({number})" for text in part.descriptions],
        clients=hash_texts([f"{text} {number}" for text in part.clients]),
    )
