"""The anomaly rules of builds on labelled series; `python -m bench.anomalies` has many more.

On one engine: that both flag the same is shown by the tests of the marts.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.conftest import MakeProject
from tests.support.anomaly_scores import (
    AIM_FALSE_PER_THOUSAND,
    AIM_RECALL,
    FLAGS,
    SELECTED,
    Flag,
    land_series,
    score,
)
from tests.support.labelled_series import QUIET, Event, Series, labelled

EVENTS, QUIETS = 60, 150


def short_idle_build(build_id: str, length: int) -> Series:
    """A build that does nothing for a while and then takes 30 GB: no MAD, and few samples."""
    still, memory = np.zeros(length), np.full(length, 12.0)
    memory[length // 2 :] += 30
    event = Event("memory", length // 2, length // 2)
    return Series(build_id, "step", still, memory, still, still, event)


SERIES = labelled(EVENTS, QUIETS)
SHORT = [short_idle_build(f"idle-of-{length}", length) for length in (6, 7, 12, 30)]


@pytest.fixture(scope="module")
def flags(make_project: MakeProject) -> Iterator[list[Flag]]:
    with make_project("duckdb", "anomalies") as project:
        with project.in_environment():
            land_series(project.settings, [*SERIES, *SHORT])
        project.dbt("build", "--resource-type", "seed", "model", "--select", *SELECTED)
        yield project.query(FLAGS)


def test_our_rules_find_events_and_leave_noise_alone(flags: list[Flag]) -> None:
    ours = {each.kind: each for each in score(SERIES, flags) if not each.is_published}
    recalls = {kind: each.recall for kind, each in ours.items() if kind not in QUIET}
    assert {kind for kind, recall in recalls.items() if recall < AIM_RECALL} == set()
    assert set(recalls) == {"leak", "step", "burn", "burst"}
    noise = {kind: ours[kind].false_per_thousand for kind in QUIET}
    assert max(noise.values()) <= AIM_FALSE_PER_THOUSAND, noise


def test_a_score_can_be_bad(flags: list[Flag]) -> None:
    """The published rule misses leaks and bursts, and flags what is idle: the labels tell."""
    published = {each.kind: each for each in score(SERIES, flags) if each.is_published}
    assert published["leak"].recall < 0.2
    assert published["burst"].recall == 0
    assert published["idle"].false_per_thousand > 100


def test_a_still_build_that_jumps_by_30_gb_is_found(flags: list[Flag]) -> None:
    found = {
        (build_id, place)
        for build_id, place, metric, is_published in flags
        if metric == "memory" and not is_published
    }
    assert {(build.build_id, len(build) // 2) for build in SHORT} <= found
