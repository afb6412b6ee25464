"""A history as the published analyser writes it: `python -m tests.support.public_history`.

Its document calls three columns otherwise. Two solutions differ in one word behind "token".
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from headroom.settings import PROJECT_DIR

FILE = PROJECT_DIR / "samples" / "failures_public" / "history.db"
SCHEMA = """
create table failure_events (
    id integer primary key autoincrement, job_name text not null, project text not null,
    failure_type text not null, phase text, timestamp text not null, pod_name text,
    node_name text, container_image text, error_message text, logs_snippet text,
    events_snippet text, gpu_count integer, memory_request text, cpu_request text,
    resolved integer default 0, resolution_type text, resolution_timestamp text,
    auto_remediated integer default 0
);
create table failure_solutions (
    id integer primary key autoincrement, failure_type text not null,
    solution_description text not null, success_count integer default 0,
    failure_count integer default 0, success_rate real default 0.0, last_used text,
    created_at text not null
);
create table failure_correlations (
    id integer primary key autoincrement, correlation_type text not null,
    correlation_value text not null, failure_count integer default 1, first_seen text not null,
    last_seen text not null
);
"""
EVENTS = (
    (
        "bert-1",
        "ml-team",
        "ImagePullBackOff",
        "2026-01-20T09:15:00",
        "gpu-node-03",
        "token expired",
    ),
    (
        "bert-2",
        "ml-team",
        "ImagePullBackOff",
        "2026-01-20T10:15:00",
        "gpu-node-03",
        "token revoked",
    ),
    ("etl-7", "data-science", "OOMKilled", "2026-01-21T02:00:00", "gpu-node-07", None),
)
SOLUTIONS = (
    ("ImagePullBackOff", "Refresh the registry token hourly", 20, 0, 100.0),
    ("ImagePullBackOff", "Refresh the registry token manually", 0, 20, 0.0),
    ("OOMKilled", "Increase memory limit from 8Gi to 16Gi", 6, 1, 85.7),
)
CORRELATIONS = (("node", "gpu-node-03", 2), ("image", "ml/bert:1.4", 2), ("project", "ml-team", 2))
DAY = "2026-01-21T12:00:00"


def write_history(path: Path) -> None:
    """Write the history to a file that is not there yet."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        database.executemany(
            "insert into failure_events (job_name, project, failure_type, timestamp, node_name,"
            " error_message) values (?, ?, ?, ?, ?, ?)",
            EVENTS,
        )
        database.executemany(
            "insert into failure_solutions (failure_type, solution_description, success_count,"
            f" failure_count, success_rate, last_used, created_at)"
            f" values (?, ?, ?, ?, ?, '{DAY}', '{DAY}')",
            SOLUTIONS,
        )
        database.executemany(
            "insert into failure_correlations (correlation_type, correlation_value, failure_count,"
            f" first_seen, last_seen) values (?, ?, ?, '{DAY}', '{DAY}')",
            CORRELATIONS,
        )
        database.commit()


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.unlink(missing_ok=True)
    write_history(FILE)
