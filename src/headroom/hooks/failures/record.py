"""What people say worked, or did not: a row of its own that no load replaces."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from headroom.errors import UsageError
from headroom.hooks.contract import landed_tables
from headroom.hooks.failures.collected import FREE_TEXT, SOLUTIONS
from headroom.hooks.failures.values import MAX_TEXT, text
from headroom.hooks.landing import arrow_rows, land
from headroom.hooks.masks import mask_batches
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
    now = datetime.now(UTC)
    table = landed_tables()[SOLUTIONS]
    row = {
        "source": RECORDED,
        "failure_type": kind,
        "description": what,
        "record_id": str(uuid4()),
        "success_count": int(worked),
        "failure_count": int(not worked),
        "last_used_at": now,
        "created_at": now,
    }
    batches = mask_batches(table, arrow_rows(table, [row]), FREE_TEXT[SOLUTIONS], MAX_TEXT)
    land(settings, {table: batches})
    (landed,) = batches[0].to_pylist()
    return RecordedSolution(
        landed["record_id"], landed["failure_type"], landed["description"], worked
    )
