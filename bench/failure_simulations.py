"""Judge a thousand random histories of each kind by failures__nodes: how often does it err?

    python -m bench.failure_simulations [--histories 1000]

The tests do the same with fewer histories.
"""

import argparse
import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from headroom.settings import Settings
from tests.support.histories import (
    Cluster,
    Shape,
    attempts_of,
    concentrated,
    planted,
    single_home,
    summary,
)
from tests.support.project import Project
from tests.support.raw import write_raw

SCENARIOS = {
    "no bad node, 15%": (attempts_of, Shape()),
    "no bad node, 2%": (attempts_of, Shape(base=0.02)),
    "no bad node, 15%, 200 nodes of 10 attempts": (attempts_of, Shape(200, 10)),
    "no bad node, 50%": (attempts_of, Shape(base=0.5)),
    "no bad node, a failing project on five nodes": (concentrated, Shape()),
    "no bad node, the same with 400 attempts a node": (concentrated, Shape(50, 400)),
    "no bad node, a failing project on one node alone": (single_home, Shape()),
    "one node fails 4 times as often, 15%": (planted, Shape()),
    "one node fails 4 times as often, 2%": (planted, Shape(base=0.02)),
}


def judged(scenario: tuple[int, int]) -> str:
    """Give the line of one scenario, judged in a separate warehouse."""
    place, count = scenario
    name, (history, shape) = list(SCENARIOS.items())[place]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings("duckdb", Path(folder) / "headroom.duckdb", "flotilla")
        project = Project(settings, {"DBT_TARGET_PATH": str(Path(folder) / "target")})
        write_raw(settings, [], [])
        generator = np.random.default_rng(place)
        result = summary(Cluster(project), history(shape, generator), generator, count)
    found = (result.found, result.power) if history is planted else ()
    return f"{name:52}" + "".join(f"{figure:>10.2%}" for figure in (result.wrong, *found))


def main() -> None:
    """Print for each scenario how many histories flag an innocent node, and the planted one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=1000)
    count = parser.parse_args().histories
    print(f"{f'of {count:,} histories':52}{'innocent':>10}{'found':>10}{'power':>10}", flush=True)
    # Processes that start again: what dbt and DuckDB hold does not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        for line in pool.map(judged, [(place, count) for place in range(len(SCENARIOS))]):
            print(line, flush=True)


if __name__ == "__main__":
    main()
