"""The words in which schedulers say how a job stands, and what each means."""

from dataclasses import dataclass


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


def means(state: str, what: str) -> str:
    """Give SQL for what a state means, by the name of a field of Meaning; NULL for another word."""
    cases = [
        f"when {state} in ({', '.join(map(_literal, one.words))})"
        f" then {_literal(getattr(one, what))}"
        for one in MEANINGS
    ]
    return f"case {' '.join(cases)} end"


def _literal(value: str | bool | None) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
