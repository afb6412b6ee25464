"""Random histories of attempts, and what the shipped SQL says of them, many at a time.

`blame_of` is compiled as the marts compile it, and run on each history in turn: the statistic that is
tested is the SQL that ships.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from headroom.settings import PROJECT_DIR

START = "date '2025-11-01'"
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shape:
    """A cluster: how many nodes, attempts a node, projects, images a project."""

    nodes: int = 50
    attempts_per_node: int = 40
    projects: int = 5
    images: int = 4
    base: float = 0.15


def attempts_of(shape: Shape, generator: np.random.Generator) -> Columns:
    """Give attempts that land anywhere, with a chance of failing that is the base's."""
    count = shape.nodes * shape.attempts_per_node
    project = generator.integers(shape.projects, size=count)
    return {
        "node": np.repeat(np.arange(shape.nodes), shape.attempts_per_node),
        "project": project,
        "image": project * shape.images + generator.integers(shape.images, size=count),
        "hour": generator.integers(24, size=count),
        "job": generator.integers(count // 4, size=count),
        "user": generator.integers(20, size=count),
        "chance": np.full(count, shape.base),
    }


def arrow_table(columns: Columns, failed: np.ndarray) -> pa.Table:
    """Give attempts as rows of int_failures__attempts, one after the other in November 2025."""
    names = {name: [str(value) for value in columns[name].tolist()] for name in ("node", "project", "image", "job", "user")}
    return pa.table(
        {
            "node_name": names["node"],
            "project": names["project"],
            "image": names["image"],
            "job_name": names["job"],
            "user_name": names["user"],
            "started_hour": columns["hour"].astype(np.int32),
            "is_failure": failed,
        }
    )


class Cluster:
    """The mart's SQL over attempts that are exchanged from one history to the next."""

    def __init__(self, compiled: str, database: str, thresholds: Path) -> None:
        """Make an empty warehouse in memory that the compiled model reads."""
        self.connection = duckdb.connect()
        self.connection.execute(f"attach ':memory:' as {database}; use {database}")
        self.connection.execute("create schema headroom_intermediate; create schema marts")
        self.connection.execute(
            "create schema headroom_reference; create table headroom_reference.thresholds as"
            f" select threshold, cast(threshold_value as decimal(18, 4)) as threshold_value"
            f" from read_csv('{thresholds}')"
        )
        self.connection.execute(
            "create table headroom_intermediate.int_failures__attempts (node_name text,"
            " project text, image text, job_name text, user_name text, started_hour integer,"
            f" is_failure boolean, is_ended boolean default true, started_day date default {START},"
            " ended_at timestamptz default timestamptz '2025-11-01 12:00:00+00')"
        )
        self.connection.execute(
            "create table marts.failures__failures (node_name text, image text, project text,"
            " attempt_id text, failed_at timestamptz, failed_day date)"
        )
        # Planned anew for each history: a prepared plan keeps the statistics of the table it saw.
        self.compiled = compiled

    def blamed(self, history: pa.Table) -> pa.Table:
        """Give the mart's rows for one history."""
        self.connection.execute("truncate headroom_intermediate.int_failures__attempts")
        self.connection.register("history", history)
        self.connection.execute(
            "insert into headroom_intermediate.int_failures__attempts by name from history"
        )
        return self.connection.execute(self.compiled).to_arrow_table()


def histories(
    cluster: Cluster, columns: Columns, generator: np.random.Generator, count: int
) -> Iterator[pa.Table]:
    """Give the mart of so many histories that only chance tells apart."""
    for _ in range(count):
        yield cluster.blamed(arrow_table(columns, generator.random(len(columns["chance"])) < columns["chance"]))


THRESHOLDS = PROJECT_DIR / "seeds" / "reference" / "thresholds.csv"
