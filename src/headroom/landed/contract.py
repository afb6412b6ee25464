"""The landed tables as the seeds' YAML declares them: the one home of columns, types and keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import md5
from typing import Any

import pyarrow as pa
import yaml

from headroom.settings import PROJECT_DIR

LANDED_SCHEMA = "headroom_landed"
CONTRACTS = PROJECT_DIR / "seeds" / "landed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class EventKey:
    """How the key of an event is made of its row: a letter, and the md5 of some columns.

    Where `time` is a column, the time of the event is part of the key too. The letter tells the key
    from those that older versions made of a whole line: 32 hexadecimal digits.
    """

    letter: str
    columns: tuple[str, ...]
    time: str | None = None


@dataclass(frozen=True, eq=False)
class LandedTable:
    """A landed table: its columns with their SQL types, and the key that rows are merged by.

    The newest of `age_columns` is a row's time; without any, `prune` keeps the table. Rows that are
    equal in `age_group` are pruned together, also those of other tables with that group; without a
    group each row is on its own.
    `free_text` are columns in which anything may be written; other text is names.
    A changed row marks its part, of the kind `part_kind`. `seed` is what the YAML says in full.
    """

    name: str
    seed: Mapping[str, Any]
    columns: dict[str, str]
    key: tuple[str, ...]
    age_columns: tuple[str, ...] = ()
    age_group: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()
    event_key: EventKey | None = None
    part_kind: str | None = None

    def event_id(self, row: Mapping[str, Any], moment: datetime | None = None) -> str:
        """Give the key of an event, as the macro `event_id` does. Raises ValueError without one."""
        if self.event_key is None:
            raise ValueError(self.name)
        parts = [_written(row.get(name)) for name in self.event_key.columns]
        if self.event_key.time:
            parts.append(str((moment - EPOCH) // timedelta(microseconds=1)) if moment else "")
        written = "\x1f".join(parts).encode()
        return self.event_key.letter + md5(written, usedforsecurity=False).hexdigest()

    @property
    def relation(self) -> str:
        """Name the table with its schema."""
        return f"{LANDED_SCHEMA}.{self.name}"

    @property
    def arrow_schema(self) -> pa.Schema:
        """Give the columns as Arrow types."""
        return pa.schema([(name, _arrow_type(kind)) for name, kind in self.columns.items()])


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _arrow_type(kind: str) -> pa.DataType:
    if kind.startswith("numeric("):
        precision, scale = kind.removeprefix("numeric(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return ARROW_TYPES[kind]


@cache
def landed_tables() -> dict[str, LandedTable]:
    """Read the contracts of all landed tables, by name."""
    seeds = [seed for seeds in _seeds_by_file().values() for seed in seeds]
    return {seed["name"]: _table(seed) for seed in seeds}


@cache
def landed_tables_of(domain: str) -> tuple[str, ...]:
    """Name the landed tables of a domain: those of the file that is named after it."""
    seeds = _seeds_by_file().get(f"_landed_{domain}__seeds.yml", [])
    return tuple(seed["name"] for seed in seeds)


def _seeds_by_file() -> dict[str, list[dict[str, Any]]]:
    files = sorted(CONTRACTS.glob("_*__seeds.yml"))
    return {file.name: yaml.safe_load(file.read_text(encoding="utf-8"))["seeds"] for file in files}


def _table(seed: Mapping[str, Any]) -> LandedTable:
    config = seed["config"]
    meta = config["meta"]
    event = meta.get("event_key")
    return LandedTable(
        seed["name"],
        seed,
        config["column_types"],
        tuple(config["unique_key"]),
        tuple(meta.get("age_columns", ())),
        tuple(meta.get("age_group", ())),
        tuple(meta.get("free_text", ())),
        EventKey(event["letter"], tuple(event["columns"]), event.get("time")) if event else None,
        meta.get("part_kind"),
    )
