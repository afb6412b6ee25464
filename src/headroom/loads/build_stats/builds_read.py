"""What was read of all logs of a load, before anything is landed."""

from dataclasses import dataclass, field
from typing import Any

from headroom.landed.rejects import Reject, excerpt_of
from headroom.loads.build_stats.facts import (
    MAX_SAMPLES,
    Sample,
    read_sample,
)
from headroom.loads.build_stats.fields import listed
from headroom.loads.tally import Tally
from headroom.reading.values import BadValueError

HOOK = "build-stats"
REPLACED = (
    "samples differ from an earlier log of the same build in this load; the later samples count"
)
UNREAD = "fields of a quantity with an unknown name; the rest was loaded"
Samples = list[Any]


@dataclass
class BuildsRead:
    """Reports, samples and rejects of a load. Of two samples with one key the later one counts.

    The load reports that: two logs with one name may be of different builds.
    """

    tally: Tally
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    samples: dict[tuple[str, int], Sample] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def add_report(self, row: dict[str, Any]) -> None:
        """Keep what a log says of a build."""
        self.reports[row["report_id"]] = row
        self.tally.parsed += 1

    def add_samples(self, build_id: str, values: Samples, where: str) -> None:
        """Keep the good samples of a build, each at its place in the log; reject the others."""
        differing = 0
        unread: dict[tuple[str, ...], int] = {}
        for index, value in enumerate(values[:MAX_SAMPLES]):
            try:
                sample = read_sample(build_id, index, value)
            except BadValueError as error:
                self.reject(build_id, str(error), excerpt_of(value), f"{where}, sample {index}")
                continue
            differing += self.samples.get((build_id, index), sample) != sample
            self.samples[build_id, index] = sample
            if sample.unread:
                unread[sample.unread] = unread.get(sample.unread, 0) + 1
            self.tally.parsed += 1
        for names, count in unread.items():
            self.reject(build_id, f"{UNREAD}: {listed(names)}", f"{count} samples", where)
        if differing:
            self.reject(build_id, REPLACED, f"{differing} samples", where)
        if len(values) > MAX_SAMPLES:
            self.reject(build_id, f"more than {MAX_SAMPLES:,} samples", "", where)

    def reject(self, build_id: str | None, reason: str, excerpt: str, where: str) -> None:
        """Keep a piece that could not be read, with the reason."""
        self.rejects.append(Reject(HOOK, build_id, reason, excerpt, where, self.tally.source))
        self.tally.reject(reason, where)
