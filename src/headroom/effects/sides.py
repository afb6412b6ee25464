"""Two counted sides, apart from what is computed of them: that takes a second to import."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Sides:
    """The events and runs of both sides; `effective` runs are as many independent ones."""

    before_event_count: int
    before_run_count: int
    before_effective_runs: Decimal
    after_event_count: int
    after_run_count: int
    after_effective_runs: Decimal
