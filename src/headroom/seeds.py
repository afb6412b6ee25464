"""The reference seeds: tables that people edit. A CSV in the user's own folder wins.

What an upgrade added to a seed is named where the user's own lacks it, so that a threshold that is
not there is never taken for NULL.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from headroom.errors import UsageError
from headroom.settings import PACKAGED_SEEDS, SEEDS_VARIABLE, own_seeds

Row = dict[str, str]
# The column of a seed whose rows Headroom asks for by name.
ASKED_BY = {"thresholds": "threshold", "pull_limits": "pull_limit"}
PARSERS: dict[str, Callable[[str], object]] = {
    "text": str,
    "integer": int,
    "numeric": Decimal,
    "boolean": ["true", "false"].index,
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Contract:
    """The contract of a seed's YAML: its columns with their types, and those that need a value."""

    description: str
    types: dict[str, str]
    needed: frozenset[str]


@cache
def contracts() -> dict[str, Contract]:
    """Read the contracts of all reference seeds, by name."""
    files = PACKAGED_SEEDS.glob("_*__seeds.yml")
    seeds = [seed for file in files for seed in yaml.safe_load(file.read_text("utf-8"))["seeds"]]
    return {seed["name"]: _contract(seed) for seed in sorted(seeds, key=lambda seed: seed["name"])}


def _contract(seed: dict[str, Any]) -> Contract:
    needed = {
        column["name"] for column in seed["columns"] if "not_null" in column.get("data_tests", ())
    }
    description = " ".join(seed["description"].split())
    return Contract(description, seed["config"]["column_types"], frozenset(needed))


def seed_path(name: str) -> Path:
    """Give the file of a reference seed: the user's own, else the project's."""
    own = own_seeds()
    places = (own / f"{name}.csv",) if own else ()
    return next((path for path in places if path.exists()), PACKAGED_SEEDS / f"{name}.csv")


def read_seed(name: str) -> list[Row]:
    """Read the rows of a reference seed.

    Raises UsageError where the file cannot be read, has other columns, or lacks a needed row.
    """
    path = seed_path(name)
    if problem := _problem_of(path):
        raise _refused(path.parent, [problem])
    return _read(path)[1]


def require_seeds() -> None:
    """Refuse own seeds that do not fit this version; raise UsageError."""
    folder = own_seeds()
    if folder and (problems := seed_problems(folder)):
        raise _refused(folder, problems)


def _refused(folder: Path, problems: list[str]) -> UsageError:
    return UsageError(
        f"the seeds in {folder} do not fit this version: {'; '.join(problems)}",
        f"`headroom init {folder}` renews files that nobody changed; take what a changed one lacks "
        f"from {PACKAGED_SEEDS}",
    )


def seed_problems(folder: Path) -> list[str]:
    """List the problems of a folder of seeds."""
    if not folder.is_dir():
        return [f"there is no such folder ({SEEDS_VARIABLE} names it)"]
    return [problem for path in sorted(folder.glob("*.csv")) if (problem := _problem_of(path))]


def _problem_of(path: Path) -> str:
    contract = contracts().get(path.stem)
    if contract is None:
        return f"{path.name} is not one of {', '.join(contracts())}"
    try:
        columns, rows = _read(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return f"{path.name} cannot be read: {error}"
    found = (
        _wrong_columns(columns, list(contract.types))
        or next(_wrong_cells(rows, contract), "")
        or _missing_rows(path.stem, rows)
    )
    return found and f"{path.name} {found}"


def _read(path: Path) -> tuple[list[str], list[Row]]:
    # A spreadsheet may write a mark of the encoding at the beginning; dbt leaves it out as well.
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _wrong_columns(columns: list[str], expected: list[str]) -> str:
    if sorted(columns) == sorted(expected):
        return ""
    said = [f"lacks the column {column}" for column in expected if column not in columns]
    said += [f"has a column {column!r}" for column in columns if column not in expected]
    return f"{' and '.join(said) or 'names a column twice'}; expected are: {', '.join(expected)}"


def _wrong_cells(rows: list[Row], contract: Contract) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            yield f"has more or fewer than {len(contract.types)} cells in row {number}"
            return
        for column, kind in contract.types.items():
            if not row[column]:
                if column in contract.needed:
                    yield f"has nothing in column {column} of row {number}"
                continue
            try:
                PARSERS[kind.partition("(")[0]](row[column])
            except (ValueError, InvalidOperation):
                yield f"has {row[column]!r} in column {column} of row {number}; expected is {kind}"


def _missing_rows(name: str, rows: list[Row]) -> str:
    if name not in ASKED_BY:
        return ""
    key = ASKED_BY[name]
    there = {row[key] for row in rows}
    asked = [row[key] for row in _read(PACKAGED_SEEDS / f"{name}.csv")[1]]
    lacking = ", ".join(value for value in asked if value not in there)
    return f"has no row for {lacking}" if lacking else ""
