"""Anomaly rules of builds on labelled series: the published rule beside Headroom's.

Real models on a new DuckDB file; see `tests.support.anomaly_scores`. Ends with 1 where Headroom's
rules miss an aim.

    python -m bench.anomalies
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from headroom.dbt import run_dbt
from headroom.settings import Settings
from headroom.warehouse import open_warehouse
from tests.support.anomaly_scores import (
    AIM_FALSE_PER_THOUSAND,
    AIM_RECALL,
    FLAGS,
    SELECTED,
    Score,
    land_series,
    score,
)
from tests.support.labelled_series import QUIET, Series, labelled


def measure(series: list[Series], folder: Path) -> list[Score]:
    """Land the series, build the marts of builds over them, and score what they flag."""
    settings = Settings("duckdb", folder / "anomalies.duckdb", "flotilla")
    land_series(settings, series)
    run = run_dbt(settings, ["build", "--resource-type", "seed", "model", "--select", *SELECTED])
    if run.returncode:
        raise SystemExit("\n".join(run.messages))
    with open_warehouse(settings, read_only=True) as warehouse:
        return score(series, warehouse.query(FLAGS).rows)


def print_table(scores: list[Score]) -> None:
    """Print recall, and flags for each 1,000 samples without an event, by kind and rule."""
    print(f"{'kind':<8}{'builds':>8}{'samples':>9}{'':>4}{'published':>12}{'Headroom':>12}")
    for published, ours in zip(scores[::2], scores[1::2], strict=True):
        if published.kind in QUIET:
            figures = [f"{rule.false_per_thousand:.2f}" for rule in (published, ours)]
            what = "flags per 1,000 samples"
        else:
            figures = [f"{rule.recall:.1%}" for rule in (published, ours)]
            what = "found"
        print(
            f"{ours.kind:<8}{ours.series:>8,}{ours.samples:>9,}{'':>4}"
            f"{figures[0]:>12}{figures[1]:>12}  {what}"
        )


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300, help="builds of each kind of event")
    parser.add_argument("--quiet", type=int, default=1000, help="builds of each kind without one")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    series = labelled(options.events, options.quiet, options.seed)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        scores = measure(series, Path(folder))
    print_table(scores)
    samples = sum(len(build) for build in series)
    print(f"{samples:,} samples loaded and built in {time.perf_counter() - begin:.0f} s")
    missed = [each.kind for each in scores if not each.is_published and not each.meets_aims]
    aims = f"{AIM_RECALL:.0%} found, {AIM_FALSE_PER_THOUSAND:g} flag per 1,000 samples"
    if missed:
        sys.exit(f"aims ({aims}) missed: {', '.join(missed)}")
    print(f"aims met: {aims}")


if __name__ == "__main__":
    main()
