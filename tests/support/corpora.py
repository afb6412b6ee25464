"""The two corpora of the masks: texts with planted secrets, and ordinary sentences of logs."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CASES = Path(__file__).parent.parent / "cases" / "masks"
# Within a made-up token, so that no scanner of secrets takes it for one; taken out when it is read.
JOINT = "~|~"
AND = "~&~"


@dataclass(frozen=True)
class Planted:
    """A text with secrets, and what people may see of it."""

    form: str
    text: str
    secrets: tuple[str, ...]
    shown: str


@cache
def planted() -> tuple[Planted, ...]:
    """Give the texts with planted secrets, a form each."""
    with (CASES / "secrets.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Planted(
                row["form"],
                row["text"].replace(JOINT, ""),
                tuple(row["secrets"].replace(JOINT, "").split(AND)),
                row["shown"],
            )
            for row in csv.DictReader(lines)
        )


@cache
def sentences() -> tuple[str, ...]:
    """Give ordinary sentences, of which no mask of a secret changes any."""
    with (CASES / "sentences.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(row["sentence"] for row in csv.DictReader(lines))
