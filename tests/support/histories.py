"""Random histories of attempts, and what the shipped SQL says of them, many at a time.

`int_failures__subjects_judged` and its steps are compiled as the marts compile them, and run on
each history in turn: what is tested is the SQL that ships.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from headroom.warehouse import open_warehouse
from tests.support.project import Project

BAD = 7
ATTEMPTS = "marts.attempts__attempts"
TABLES = f"""
    create schema if not exists marts;
    create table {ATTEMPTS} (
        attempt_id text,
        node_name text,
        project text,
        image text,
        job_name text,
        owner_name text,
        started_hour integer,
        started_weekday integer,
        started_at timestamptz default timestamptz '2025-11-01 11:00:00+00',
        outcome text,
        started_day date default date '2025-11-01',
        ended_at timestamptz default timestamptz '2025-11-01 12:00:00+00'
    );
    create table marts.failures__failures (
        failure_id text,
        attempt_id text,
        project text,
        job_name text,
        node_name text,
        image text,
        failed_at timestamptz,
        failed_day date,
        failed_hour integer,
        failed_weekday integer,
        failure_type text,
        error_template text,
        template_id text,
        has_memory_overflow boolean,
        lost_gpu_hours decimal(18, 6),
        lost_gb_hours decimal(18, 6),
        is_resolved boolean,
        resolution_type text
    );
"""
Columns = dict[str, np.ndarray]
Row = dict[str, Any]


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
    """Give attempts as rows of attempts__attempts, one after the other in November 2025."""
    names = {
        name: [str(value) for value in columns[name].tolist()]
        for name in ("node", "project", "image", "job", "user")
    }
    return pa.table(
        {
            "node_name": names["node"],
            "project": names["project"],
            "image": names["image"],
            "job_name": names["job"],
            "owner_name": names["user"],
            "started_hour": columns["hour"].astype(np.int32),
            "outcome": np.where(failed, "failed", "succeeded"),
        }
    )


class Cluster:
    """The marts' SQL over attempts that are exchanged from one history to the next."""

    def __init__(self, project: Project) -> None:
        """Compile the steps, and make the tables that they read in an empty warehouse."""
        project.dbt("seed", "--select", "thresholds")
        judged = "{{ ref('int_failures__subjects_judged') }}"
        query = f"select * from {judged} where subject_kind = 'node'"
        self.compiled = project.compiled("--inline", query, "--no-introspect")
        with project.in_environment():
            self.warehouse = open_warehouse(project.settings)
        self.warehouse.execute(TABLES)

    def blamed(self, columns: Columns, failed: np.ndarray) -> dict[str, Row]:
        """Give the row of each node for one history."""
        self.warehouse.execute(f"truncate {ATTEMPTS}")
        self.warehouse.load(ATTEMPTS, arrow_table(columns, failed).to_batches())
        # Planned again for each history: a prepared plan keeps the statistics of the table it saw.
        mart = self.warehouse.query(self.compiled)
        rows = [dict(zip(mart.columns, row, strict=True)) for row in mart.rows]
        return {row["subject"]: row for row in rows}


@dataclass(frozen=True)
class Summary:
    """Of many histories: the share with an innocent node flagged, with the planted one found."""

    wrong: float
    found: float
    power: float


def summary(
    cluster: Cluster, columns: Columns, generator: np.random.Generator, count: int
) -> Summary:
    """Judge so many histories that only chance tells apart; the planted node is BAD, if any."""
    wrong, found, powers = 0, 0, []
    for _ in range(count):
        failed = generator.random(len(columns["chance"])) < columns["chance"]
        nodes = cluster.blamed(columns, failed)
        flagged = {name for name, node in nodes.items() if node["is_flagged"]}
        is_planted = columns.get("planted") is not None
        wrong += bool(flagged - {str(BAD)} if is_planted else flagged)
        found += str(BAD) in flagged
        powers.append(nodes[str(BAD)]["power"])
    return Summary(wrong / count, found / count, float(np.mean(powers)))


def planted(shape: Shape, generator: np.random.Generator) -> Columns:
    """Give attempts of which those of node BAD fail four times as often."""
    columns = attempts_of(shape, generator)
    columns["planted"] = columns["node"] == BAD
    columns["chance"] = np.where(columns["planted"], 4 * shape.base, shape.base)
    return columns


def concentrated(shape: Shape, generator: np.random.Generator) -> Columns:
    """Give attempts of a project that fails often, nine in ten of them on five sound nodes."""
    columns = attempts_of(shape, generator)
    count = len(columns["node"])
    is_home = columns["node"] < 5
    share = np.where(is_home, 0.9, 0.02)
    other = generator.integers(1, shape.projects, size=count)
    project = np.where(generator.random(count) < share, 0, other)
    rates = np.array([0.6, *np.linspace(0.05, 0.1, shape.projects - 1)])
    image = project * shape.images + generator.integers(shape.images, size=count)
    return {**columns, "project": project, "image": image, "chance": rates[project]}


def single_home(shape: Shape, generator: np.random.Generator) -> Columns:
    """Give attempts of which a project that fails often runs on one sound node alone."""
    columns = attempts_of(Shape(shape.nodes, shape.attempts_per_node, base=0.05), generator)
    is_home = columns["node"] == 3
    columns["project"][is_home] = 99
    columns["image"][is_home] = 99
    return {**columns, "chance": np.where(is_home, 0.6, 0.05)}
