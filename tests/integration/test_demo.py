"""The commands of `make demo`: the second run, an hour later, opens alerts about two nodes."""

import re
from pathlib import Path

import pytest

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
    make_project: MakeProject,
) -> None:
    """Without the fleet and the logs of simulations, which no alert is about."""
    asked = [
        words
        for words in commands()
        if words[0] == "run" or words[:2] in (["load", "build-stats"], ["load", "failures"])
    ]
    with make_project("duckdb", "test") as project:
        assert alerts_of_runs(project, asked) == [[], ["gpu-node-03", "gpu-node-07"]]


@pytest.mark.long
def test_every_command_of_the_demo_does_its_work(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "warehouse").mkdir()
    with make_project("duckdb", "test") as project:
        opened = alerts_of_runs(project, commands())
    assert [bool(nodes) for nodes in opened] == [False, True]
    assert "</html>" in (tmp_path / "warehouse/report.html").read_text(encoding="utf-8")
