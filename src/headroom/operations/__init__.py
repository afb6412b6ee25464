"""What Headroom knows of its work: its own tables, and a record of each build."""

from headroom.operations.tables import SCHEMA, create_sql

__all__ = ["SCHEMA", "create_sql"]
