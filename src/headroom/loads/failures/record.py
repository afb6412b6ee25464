"""What people say worked, or did not: a separate row that no load replaces."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from headroom.errors import UsageError
from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from headroom.landed.masks import HIDDEN, mask_batches, mask_secrets
from headroom.loads.failures.failures_read import SOLUTIONS
from headroom.loads.failures.values import MAX_TEXT, text
from headroom.seeds import read_seed
from headroom.settings import Settings

RECORDED = "recorded"


@dataclass(frozen=True)
class RecordedSolution:
    """A record as it was landed, its text masked."""

    record_id: str
    failure_type: str
    description: str
    worked: bool


def record_solution(
    settings: Settings, failure_type: str, description: str, *, worked: bool
) -> RecordedSolution:
    """Land one record. Raises UsageError where the type or the description says nothing."""
    kind, what = text(failure_type), text(description)
    if kind is None or what is None:
        raise UsageError(
            "a solution needs a type and a description",
            "such as --type OOMKilled --description 'Increase memory limit from 8Gi to 16Gi'",
        )
    if HIDDEN in (shown := mask_secrets(f"{kind}\n{what}")):
        # Two records that differ in what is hidden would be counted as one solution.
        raise UsageError(
            f"the solution holds what looks like a secret: {shown.partition(chr(10))[2][:200]!r}",
            "say what was done without it",
        )
    now = datetime.now(UTC)
    table = landed_tables()[SOLUTIONS]
    row = {
        "source": RECORDED,
        "failure_type": _as_ruled(kind),
        "description": what,
        "record_id": str(uuid4()),
        "success_count": int(worked),
        "failure_count": int(not worked),
        "last_used_at": now,
        "created_at": now,
    }
    batches = mask_batches(table, arrow_rows(table, [row]), MAX_TEXT)
    land(settings, {table: batches})
    (landed,) = batches[0].to_pylist()
    return RecordedSolution(
        landed["record_id"], landed["failure_type"], landed["description"], worked
    )


def _as_ruled(failure_type: str) -> str:
    """Write a type as the rules do: a mart counts what is written alike."""
    known = {row["failure_type"].lower(): row["failure_type"] for row in read_seed("failure_rules")}
    return known.get(failure_type.lower()) or failure_type
