"""The files under deploy/ that call Headroom: their forms are right, and so is what they ask."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from jsonschema import Draft202012Validator

from headroom import errors
from headroom.cli import app
from headroom.dbt import SECONDS_TO_END
from headroom.settings import PROJECT_DIR
from headroom.spans import parse_span
from tests.support.kubernetes_schema import SCHEMA

DEPLOY = PROJECT_DIR / "deploy"
README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
PROGRAM = "/opt/headroom/.venv/bin/headroom"
CRON_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def cronjob() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(text_of("kubernetes.yaml"))
    return manifest


def job() -> dict[str, Any]:
    spec: dict[str, Any] = cronjob()["spec"]["jobTemplate"]["spec"]
    return spec


def crontab_line() -> list[str]:
    (line,) = [line for line in text_of("crontab").splitlines() if re.match(r"[\d*]", line)]
    return line.split()


def unit(name: str) -> configparser.ConfigParser:
    # A unit names a key as often as it likes.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text_of(name))
    return parser


def commands() -> dict[str, list[str]]:
    """Give the words that each example hands to `headroom`."""
    service = shlex.split(unit("headroom.service")["Service"]["ExecStart"])
    (container,) = job()["template"]["spec"]["containers"]
    image = re.search(r"^CMD (\[.*\])$", text_of("Dockerfile"), re.M)
    dagster = re.search(r'"headroom\.cli", (.*)\]$', text_of("dagster_headroom.py"), re.M)
    assert image
    assert dagster
    assert service[0] == crontab_line()[5] == PROGRAM
    return {
        "headroom.service": service[1:],
        "crontab": crontab_line()[6:],
        "kubernetes.yaml": container["args"],
        "Dockerfile": json.loads(image[1]),
        "dagster_headroom.py": json.loads(f"[{dagster[1]}]"),
    }


@pytest.mark.parametrize("example", commands())
def test_the_command_line_takes_what_an_example_asks(example: str) -> None:
    words = commands()[example]
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    asked = command.commands[words[0]].make_context(words[0], list(words[1:])).params
    for option in ("wait", "deadline"):
        if asked.get(option):
            parse_span(f"--{option}", asked[option])


def test_every_variable_of_the_examples_is_one_that_counts() -> None:
    for path in DEPLOY.iterdir():
        for variable in re.findall(r"\b(?:HEADROOM|PG)_?[A-Z_]+\b", path.read_text()):
            assert f"`{variable}`" in README, (path.name, variable)


@pytest.mark.parametrize("schedule", [crontab_line()[:5], cronjob()["spec"]["schedule"].split()])
def test_a_schedule_has_the_five_fields_of_cron(schedule: list[str]) -> None:
    for field, (least, most) in zip(schedule, CRON_FIELDS, strict=True):
        assert field == "*" or least <= int(field) <= most


def test_the_cronjob_is_one_that_kubernetes_takes() -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for error in schema.iter_errors(cronjob())] == []
    misspelt = cronjob()
    misspelt["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["envs"] = []
    assert [error.validator for error in schema.iter_errors(misspelt)] == ["additionalProperties"]


def test_only_what_can_pass_by_itself_is_tried_again() -> None:
    codes = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.HeadroomError)
    }
    # A run loads nothing (7), and 1 is anything else.
    passing = {errors.WarehouseUnavailableError.exit_code, errors.InputRejectedError.exit_code, 1}
    (rule,) = job()["podFailurePolicy"]["rules"]
    assert set(rule["onExitCodes"]["values"]) == codes - passing
    success = unit("headroom.service")["Service"]["SuccessExitStatus"]
    assert int(success) == errors.AnotherBuildError.exit_code


def test_a_run_ends_before_its_scheduler_ends_it() -> None:
    words = commands()["kubernetes.yaml"]
    deadline = parse_span("--deadline", words[words.index("--deadline") + 1])
    assert deadline.total_seconds() < job()["activeDeadlineSeconds"]
    assert int(unit("headroom.service")["Service"]["TimeoutStopSec"]) > SECONDS_TO_END


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in ("headroom.service", "headroom.timer"):
        (tmp_path / name).write_text(text_of(name).replace(PROGRAM, "/bin/true"))
    check = ["systemd-analyze", "verify", "--man=no", tmp_path / "headroom.timer"]
    done = subprocess.run(
        [*check, tmp_path / "headroom.service"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
