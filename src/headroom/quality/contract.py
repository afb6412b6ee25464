"""What the project needs of the raw tables: the columns that staging reads, and their types.

The columns `env` are left out for good: they can hold secrets, so nothing reads them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from headroom.settings import Target

Family = Literal["text", "integer", "timestamptz", "boolean", "json"]

# Clocks of two machines differ by seconds; a run further ahead was stamped wrongly.
MAXIMUM_CLOCK_LEAD = timedelta(minutes=5)

# Names as information_schema gives them, in lower case. DuckDB says "varchar" for every text type.
TYPE_NAMES: dict[Family, tuple[str, ...]] = {
    "text": ("text", "character varying", "varchar", "character", "bpchar"),
    "integer": ("integer", "bigint", "smallint"),
    "timestamptz": ("timestamp with time zone",),
    "boolean": ("boolean",),
    "json": ("jsonb", "json"),
}

COLUMNS: dict[str, dict[str, Family]] = {
    "task": {
        "run_id": "text",
        "definition_id": "text",
        "alias": "text",
        "image": "text",
        "cluster_name": "text",
        "exit_code": "integer",
        "exit_reason": "text",
        "status": "text",
        "queued_at": "timestamptz",
        "started_at": "timestamptz",
        "finished_at": "timestamptz",
        "instance_dns_name": "text",
        "group_name": "text",
        "user": "text",
        "command": "text",
        "command_hash": "text",
        "memory": "integer",
        "cpu": "integer",
        "gpu": "integer",
        "node_lifecycle": "text",
        "engine": "text",
        "pod_name": "text",
        "max_memory_used": "integer",
        "pod_events": "json",
        "spark_extension": "json",
        "memory_limit": "integer",
        "attempt_count": "integer",
        "active_deadline_seconds": "integer",
        "description": "text",
        "tier": "text",
    },
    "task_def": {
        "definition_id": "text",
        "alias": "text",
        "image": "text",
        "group_name": "text",
        "memory": "integer",
        "cpu": "integer",
        "gpu": "integer",
        "command": "text",
        "adaptive_resource_allocation": "boolean",
    },
}

KEYS = {"task": "run_id", "task_def": "definition_id"}


@dataclass(frozen=True)
class Requirement:
    """One column that staging reads."""

    table: str
    column: str
    family: Family

    def accepted(self, target: Target) -> tuple[str, ...]:
        """Give the type names that the engine may report for it."""
        names = TYPE_NAMES[self.family]
        # A DuckDB file is often filled from CSV or Parquet, where JSON arrives as text; DuckDB's
        # JSON functions read that the same. PostgreSQL's do not.
        if self.family == "json" and target == "duckdb":
            return (*names, "varchar")
        return names


def requirements(table: str) -> list[Requirement]:
    """Give the columns that staging reads from a raw table."""
    return [Requirement(table, column, family) for column, family in COLUMNS[table].items()]
