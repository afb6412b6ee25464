"""Every threshold and limit that is asked for is in its seed, and each one there is asked for."""

import csv
import re

import pytest

from headroom.settings import PROJECT_DIR

REFERENCE = PROJECT_DIR / "seeds" / "reference"
# The macro that asks, and the seed that answers by its first column.
SEEDS = {"threshold": "thresholds", "pull_limit": "pull_limits"}
NAME = re.compile(r"\\?(['\"])(\w+)\\?\1")
# Read from the seeds' files or tables by Python: the published rule of build stats.
IN_PYTHON = re.compile(r"\[\"(\w+)\"\]")
PYTHON = ("loads/build_stats/published_rule.py",)


def asked_for(macro: str) -> dict[str, str]:
    """Each name with a file that asks for it; a call without a literal name under its own text."""
    call = re.compile(rf"\b{macro}\(\s*(.*?)\s*\)", re.S)
    found = {}
    for folder in ("macros", "models", "analyses", "snapshots", "tests/dbt"):
        for path in (PROJECT_DIR / folder).rglob("*.sql"):
            text = path.read_text(encoding="utf-8").replace(f"{{% macro {macro}(name)", "")
            for argument in call.findall(text):
                name = NAME.fullmatch(argument)
                found[name[2] if name else argument] = str(path.relative_to(PROJECT_DIR))
    return found


def rows(macro: str) -> list[str]:
    with (REFERENCE / f"{SEEDS[macro]}.csv").open(newline="", encoding="utf-8") as file:
        return [row[macro] for row in csv.DictReader(file)]


@pytest.mark.parametrize("macro", SEEDS)
def test_every_name_that_is_asked_for_is_in_the_seed(macro: str) -> None:
    """A name that is not there is NULL: every comparison with it is false, and nothing fails."""
    known = rows(macro)
    unknown = {name: place for name, place in asked_for(macro).items() if name not in known}
    assert unknown == {}


@pytest.mark.parametrize("macro", SEEDS)
def test_every_row_of_the_seed_is_asked_for(macro: str) -> None:
    python = "".join((PROJECT_DIR / "src" / "headroom" / name).read_text() for name in PYTHON)
    used = {*asked_for(macro), *IN_PYTHON.findall(python)}
    assert [name for name in rows(macro) if name not in used] == []
