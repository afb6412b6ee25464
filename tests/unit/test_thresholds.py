"""Every threshold that is asked for stands in the seed, and every one there is asked for."""

import csv
import re

from headroom.settings import PROJECT_DIR

SEED = PROJECT_DIR / "seeds" / "reference" / "thresholds.csv"
CALL = re.compile(r"\bthreshold\(\s*(.*?)\s*\)", re.S)
NAME = re.compile(r"\\?(['\"])(\w+)\\?\1")
# Read from the seed's file by Python: the published rule of build stats.
IN_PYTHON = re.compile(r"\[\"(\w+)\"\]")
PYTHON = ("hooks/build_stats/published_rule.py",)


def asked_for() -> dict[str, str]:
    """Each name with a file that asks for it; a call without a literal name under its own text."""
    found = {}
    for folder in ("macros", "models", "analyses", "snapshots", "tests/dbt"):
        for path in (PROJECT_DIR / folder).rglob("*.sql"):
            text = path.read_text(encoding="utf-8").replace("{% macro threshold(name)", "")
            for argument in CALL.findall(text):
                name = NAME.fullmatch(argument)
                found[name[2] if name else argument] = str(path.relative_to(PROJECT_DIR))
    return found


def rows() -> list[str]:
    with SEED.open(newline="", encoding="utf-8") as file:
        return [row["threshold"] for row in csv.DictReader(file)]


def test_every_threshold_that_is_asked_for_is_in_the_seed() -> None:
    """A name that is not there is NULL: every comparison with it is false, and nothing fails."""
    unknown = {name: place for name, place in asked_for().items() if name not in rows()}
    assert unknown == {}


def test_every_row_of_the_seed_is_asked_for() -> None:
    python = "".join((PROJECT_DIR / "src" / "headroom" / name).read_text() for name in PYTHON)
    used = {*asked_for(), *IN_PYTHON.findall(python)}
    assert [name for name in rows() if name not in used] == []
