"""All tables of a fleet as streams of bounded batches, whatever its size."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headroom.fleet.clock import Ints
from headroom.fleet.columns import definition_batch, task_batch, truth_batch
from headroom.fleet.replicate import copied_definitions, copies, everyday
from headroom.fleet.rows import Rows

_BATCH = 100_000


@dataclass(frozen=True)
class Fleet:
    """The default history and as many copies of its everyday part as the size needs."""

    rows: Rows
    run_count: int
    seed: int
    progress: Callable[[str], None]

    @property
    def copy_count(self) -> int:
        """Count the copies, the last of which may be cut."""
        return -(-(self.run_count - len(self.rows)) // len(everyday(self.rows)))

    @property
    def definition_count(self) -> int:
        """Count the rows of `task_def`."""
        return sum(batch.num_rows for batch in self._definitions())

    def tables(self) -> Mapping[str, Iterator[pa.RecordBatch]]:
        """Give each table's batches; the runs are made again for the truth, not kept."""
        return {
            "task": (task_batch(piece.slice(kept)) for piece, kept in self._pieces("task")),
            "task_def": self._definitions(),
            "fleet_truth": (
                truth_batch(piece.slice(kept), piece.id_cores)
                for piece, kept in self._pieces("fleet_truth")
            ),
        }

    def _pieces(self, table: str) -> Iterator[tuple[Rows, Ints]]:
        done = 0
        parts = [(self.rows, np.arange(len(self.rows)))]
        more = copies(self.rows, self.run_count - len(self.rows), self.seed)
        for source in (parts, more):
            for rows, kept in source:
                for start in range(0, len(kept), _BATCH):
                    yield rows, kept[start : start + _BATCH]
                done += len(kept)
                self.progress(f"{table}: {done:,} of {self.run_count:,} rows")

    def _definitions(self) -> Iterator[pa.RecordBatch]:
        yield definition_batch(self.rows.definitions)
        for number in range(1, self.copy_count + 1):
            yield definition_batch(copied_definitions(self.rows, number))
