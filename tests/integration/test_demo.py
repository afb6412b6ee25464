"""The commands of `make demo`: the second run, an hour later, opens alerts about two nodes."""

import re
import shlex

import pytest

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.project import Project

ALERT = re.compile(r"^Alert opened: hot_node (\S+): \d+ failures since ", re.M)
PROGRAM = "@$(BIN)/headroom "


def commands() -> list[list[str]]:
    """Give what the demo asks of the command line, in its order."""
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\ndemo: ")[2].partition("\n\n")[0]
    (logs,) = re.findall(r"^LOGS := (.*)$", makefile, re.M)
    return [
        _expanded(shlex.split(line.strip().removeprefix(PROGRAM).replace("$(LOGS)", logs)))
        for line in recipe.splitlines()
        if line.strip().startswith(PROGRAM)
    ]


def _expanded(words: list[str]) -> list[str]:
    """Put files in the place of patterns, as the shell does."""
    found = (
        (map(str, sorted(PROJECT_DIR.glob(word)))) if "*" in word else [word] for word in words
    )
    return [word for group in found for word in group]


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
