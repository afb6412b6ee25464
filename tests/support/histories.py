"""Random histories of attempts, and what the shipped SQL says of them, many at a time.

`blame_of` is compiled as the marts compile it, and run on each history in turn: what is tested is
the SQL that ships.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from headroom.settings import PROJECT_DIR
from tests.support.project import Project

START = "date '2025-11-01'"
BAD = 7
THRESHOLDS = PROJECT_DIR / "seeds" / "reference" / "thresholds.csv"
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
            "user_name": names["user"],
            "started_hour": columns["hour"].astype(np.int32),
            "is_failure": failed,
        }
    )


class Cluster:
    """The mart's SQL over attempts that are exchanged from one history to the next."""

    def __init__(self, compiled: str, database: str = "headroom") -> None:
        """Make an empty warehouse in memory that the compiled model reads."""
        # One thread: a history is small, and most of its time is planning. It is planned anew each
        # time, as a prepared plan keeps the statistics of the table that it saw.
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(f"attach ':memory:' as {database}; use {database}")
        self.connection.execute("create schema headroom_intermediate; create schema marts")
        self.connection.execute(
            "create schema headroom_reference; create table headroom_reference.thresholds as"
            f" select threshold, cast(threshold_value as decimal(18, 4)) as threshold_value"
            f" from read_csv('{THRESHOLDS}')"
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
        self.compiled = compiled

    def blamed(self, history: pa.Table) -> pa.Table:
        """Give the mart's rows for one history."""
        self.connection.execute("truncate headroom_intermediate.int_failures__attempts")
        self.connection.register("history", history)
        self.connection.execute(
            "insert into headroom_intermediate.int_failures__attempts by name from history"
        )
        return self.connection.execute(self.compiled).to_arrow_table()


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
        mart = cluster.blamed(arrow_table(columns, failed)).to_pydict()
        flagged = {n for n, yes in zip(mart["node_name"], mart["is_flagged"], strict=True) if yes}
        is_planted = columns.get("planted") is not None
        wrong += bool(flagged - {str(BAD)} if is_planted else flagged)
        found += str(BAD) in flagged
        powers.append(mart["power"][mart["node_name"].index(str(BAD))])
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


def compiled_nodes(project: Project) -> str:
    """Give the SQL that dbt makes of the mart on nodes."""
    return project.compiled("--select", "failures__nodes", "--no-introspect")
