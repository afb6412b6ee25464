"""The structure of the raw tables that passed the gate last: it need not be checked again."""

import json
from hashlib import sha256

from headroom.operations import SCHEMA, create_sql
from headroom.quality.contract import COLUMNS, TYPE_NAMES
from headroom.quality.shape import Shape
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

TABLE = "passed_gates"


def digest(settings: Settings, shape: Shape) -> str:
    """Give one digest for a structure and its requirements."""
    said = [settings.source_schema, shape, COLUMNS, TYPE_NAMES]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def has_passed(settings: Settings, structure: str) -> bool:
    """Tell whether this structure passed the gate last."""
    with open_warehouse(settings, read_only=True) as warehouse:
        if TABLE not in warehouse.readable(SCHEMA):
            return False
        return bool(warehouse.scalar(f"select structure from {SCHEMA}.{TABLE}") == structure)


def remember(settings: Settings, structure: str) -> None:
    """Keep the structure that passed."""
    with open_warehouse(settings) as warehouse:
        statements = [
            *create_sql(TABLE),
            f"delete from {SCHEMA}.{TABLE}",
            f"insert into {SCHEMA}.{TABLE} (structure) values ('{structure}')",
        ]
        warehouse.execute(";".join(statements))
