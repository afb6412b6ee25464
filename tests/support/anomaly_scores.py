"""Anomaly rules scored on labelled series: what the mart flags, compared with the labels.

The series are landed as samples of builds and the models of the builds domain are built over them:
nothing of a rule is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from headroom.loads.build_stats.facts import read_sample, report_row
from headroom.settings import Settings
from tests.support.labelled_series import QUIET, SECONDS, Series

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# A lasting move is told at the sample that shows it most, which noise moves by one or two.
EARLY = 2
# What `dbt build` has to make of the landed samples.
SELECTED = (
    "path:seeds/landed",
    "path:seeds/reference/thresholds.csv",
    "path:models/staging/builds",
    "path:models/intermediate/builds",
    "path:models/facts/builds",
    "path:models/marts/builds",
)
FLAGS = "select build_id, sample_index, metric, is_published from marts.builds__anomalies"
Flag = tuple[str, int, str, bool]
AIM_RECALL, AIM_FALSE_PER_THOUSAND = 0.9, 1.0


@dataclass(frozen=True)
class Score:
    """How a rule did on the series of a kind: `found` of `series` events, `false_flags` elsewhere.

    `false_flags` counts the flags of a kind without events, and is 0 for the others.
    """

    kind: str
    is_published: bool
    series: int
    samples: int
    found: int
    false_flags: int

    @property
    def meets_aims(self) -> bool:
        """Say whether enough was found, or little enough flagged."""
        if self.kind in QUIET:
            return self.false_per_thousand <= AIM_FALSE_PER_THOUSAND
        return self.recall >= AIM_RECALL

    @property
    def recall(self) -> float:
        """Give the share of the events that were found."""
        return self.found / self.series

    @property
    def false_per_thousand(self) -> float:
        """Give the flags for each 1,000 samples without an event."""
        return 1000 * self.false_flags / self.samples


def score(series: Sequence[Series], flags: Sequence[Flag]) -> list[Score]:
    """Compare flags (build, sample, metric, whether published) with the labels."""
    by_build: dict[str, list[tuple[int, str, bool]]] = {}
    for build_id, place, metric, is_published in flags:
        by_build.setdefault(build_id, []).append((place, metric, is_published))
    scores = []
    for kind in dict.fromkeys(build.kind for build in series):
        of_kind = [build for build in series if build.kind == kind]
        for is_published in (True, False):
            own = {
                build.build_id: [
                    (place, metric)
                    for place, metric, published in by_build.get(build.build_id, [])
                    if published is is_published
                ]
                for build in of_kind
            }
            scores.append(
                Score(
                    kind,
                    is_published,
                    len(of_kind),
                    sum(len(build) for build in of_kind),
                    sum(_is_found(build, own[build.build_id]) for build in of_kind),
                    sum(map(len, own.values())) if kind in QUIET else 0,
                )
            )
    return scores


def _is_found(build: Series, flags: Sequence[tuple[int, str]]) -> bool:
    event = build.event
    return event is not None and any(
        metric == event.metric and event.begin - EARLY <= place <= event.end
        for place, metric in flags
    )


def land_series(settings: Settings, series: Sequence[Series]) -> None:
    """Land series as a load of their logs would."""
    tables = landed_tables()
    reports = [report_row(build.build_id, len(build), status="SUCCESS") for build in series]
    rows = []
    for build in series:
        for place, fields in enumerate(build.samples()):
            moment = BEGIN + timedelta(seconds=SECONDS * place)
            written = {name: Decimal(str(value)) for name, value in fields.items()}
            sample = read_sample(build.build_id, place, {"ts": moment.isoformat(), **written})
            rows.append(sample.row)
    samples = tables["landed_build_samples"]
    report_table = tables["landed_build_reports"]
    land(
        settings,
        {
            report_table: arrow_rows(report_table, reports),
            samples: arrow_rows(samples, rows),
        },
    )
