"""All tables of a history as streams of bounded batches."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from headroom.fleet.columns import definition_batch, task_batch, truth_batch
from headroom.fleet.rows import Rows
from headroom.fleet.write import Fill, filled_with

_BATCH = 100_000


def silent(message: str) -> None:
    """Say nothing."""


def tables_of(rows: Rows, progress: Callable[[str], None] = silent) -> Mapping[str, Fill]:
    """Give what fills each table."""

    def pieces(table: str) -> Iterator[Rows]:
        for start in range(0, len(rows), _BATCH):
            end = min(start + _BATCH, len(rows))
            yield rows.slice(np.arange(start, end))
            progress(f"{table}: {end:,} of {len(rows):,} rows")

    truth = (truth_batch(piece, rows.id_cores) for piece in pieces("fleet_truth"))
    return {
        "task": filled_with(task_batch(piece) for piece in pieces("task")),
        "task_def": filled_with([definition_batch(rows.definitions)]),
        "fleet_truth": filled_with(truth),
    }
