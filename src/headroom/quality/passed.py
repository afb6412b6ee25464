"""The structure of the raw tables that passed the gate last: it need not be checked again."""

import json
from hashlib import sha256

from headroom.quality.contract import COLUMNS, TYPE_NAMES
from headroom.quality.shape import Shape
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

SCHEMA, TABLE = "headroom_operations", "passed_gates"


def digest(settings: Settings, shape: Shape) -> str:
    """Give one value for a structure and for what is asked of it."""
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
        warehouse.execute(
            f"create schema if not exists {SCHEMA};"
            f" create table if not exists {SCHEMA}.{TABLE} (structure text);"
            f" delete from {SCHEMA}.{TABLE};"
            f" insert into {SCHEMA}.{TABLE} values ('{structure}')"
        )
