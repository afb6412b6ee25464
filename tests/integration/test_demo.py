"""The commands of `make demo`: the second run, an hour later, opens alerts about two nodes."""

import re

import pytest

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.demo import commands
from tests.support.project import Project

ALERT = re.compile(r"^Alert opened: hot_node (\S+): \d+ failures since ", re.M)


def alerts_of_runs(project: Project, asked: list[list[str]]) -> list[list[str]]:
    """Run commands; give the nodes that each `run` opens an alert about."""
    opened = []
    for words in asked:
        outcome = project.headroom(*words)
        assert outcome.returncode == 0, (words, outcome.stdout, outcome.stderr)
        if words[0] == "run":
            opened.append(ALERT.findall(outcome.stdout))
    return opened


def test_the_second_run_of_the_demo_opens_alerts(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the fleet and the logs of simulations, which no alert is about."""
    monkeypatch.chdir(PROJECT_DIR)
    asked = [
        words
        for words in commands()
        if words[0] == "run" or words[:2] in (["load", "build-stats"], ["load", "failures"])
    ]
    with make_project("duckdb", "test") as project:
        assert alerts_of_runs(project, asked) == [[], ["gpu-node-03", "gpu-node-07"]]


@pytest.mark.long
def test_every_command_of_the_demo_does_its_work(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT_DIR)
    with make_project("duckdb", "test") as project:
        opened = alerts_of_runs(project, commands())
    assert [bool(nodes) for nodes in opened] == [False, True]
