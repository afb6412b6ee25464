"""The words in which schedulers say how a job stands, and what each means."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Meaning:
    """What a state says: the job is over or not, it failed or not, and why where that is known.

    A reason is written as the rules of failures know it, see the seed `failure_rules`.
    """

    is_over: bool
    has_failed: bool
    reason: str | None
    words: tuple[str, ...]


MEANINGS = (
    Meaning(True, False, None, ("ok", "success", "succeeded", "complete", "completed", "done")),
    Meaning(True, True, None, ("error", "fail", "failed", "failure")),
    Meaning(True, True, "OOMKilled", ("oom", "oomkilled", "out_of_memory", "out of memory")),
    Meaning(True, True, "DeadlineExceeded", ("timeout", "deadline", "deadlineexceeded")),
    Meaning(True, True, "NodeLost", ("node_fail", "boot_fail", "nodelost")),
    Meaning(True, True, "Preempted", ("preempted",)),
    Meaning(True, True, "Requeued", ("requeued",)),
    Meaning(True, True, "Cancelled", ("cancelled", "canceled", "aborted", "revoked")),
    Meaning(
        False,
        False,
        None,
        (
            *("open", "new", "queued", "submitted", "pending", "configuring", "running"),
            *("completing", "suspended", "stopped", "signaling", "stage_out", "resizing"),
        ),
    ),
)


def make_states(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `states` of the words and what each means."""
    connection.execute(
        "create table states (word text, is_over boolean, has_failed boolean, meant_reason text)"
    )
    connection.executemany(
        "insert into states values (?, ?, ?, ?)",
        [[word, one.is_over, one.has_failed, one.reason] for one in MEANINGS for word in one.words],
    )
