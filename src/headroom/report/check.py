"""Compare a report's answers with the published tables kept in `expected/`."""

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from headroom.report.catalog import Question
from headroom.report.run import Answer

EXPECTED_DIR = Path(__file__).parent / "expected"
PREFIX = "_prefix"


@dataclass(frozen=True)
class Difference:
    """A published row that the analysis does not give, or a computed one that was not published."""

    question: Question
    side: str
    row: tuple[str, ...]


def check_answers(answers: list[Answer]) -> tuple[int, list[Difference]]:
    """Compare every answer that has a published table; return the rows compared and differences."""
    compared = 0
    differences: list[Difference] = []
    for answer in answers:
        if answer.question.expected:
            rows, found = _check_answer(answer, answer.question.expected)
            compared += rows
            differences += found
    return compared, differences


def _check_answer(answer: Answer, expected: str) -> tuple[int, list[Difference]]:
    """Compare the columns both sides have, over the days the published table shows.

    A published column `x_prefix` holds the beginning of column `x`, as far as it was printed.
    """
    question = answer.question
    columns, published = _published(expected, question, answer.result.columns)
    positions = [answer.result.columns.index(column.removesuffix(PREFIX)) for column in columns]
    computed = [tuple(_text(row[position]) for position in positions) for row in answer.result.rows]
    if "run_date" in columns:
        # A published sample shows some of the days; the days it shows, it shows whole.
        day = columns.index("run_date")
        shown = {row[day] for row in published}
        computed = [row for row in computed if row[day] in shown]
    missing = [row for row in published if not _take(computed, columns, row)]
    return len(published), [
        *(Difference(question, "published", row) for row in missing),
        *(Difference(question, "computed", row) for row in computed),
    ]


def _published(
    expected: str, question: Question, available: list[str]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Read the published rows, cut to the columns that the analysis has; equal rows count once.

    A combined table repeats nothing but what the left-out columns told apart.
    """
    with (EXPECTED_DIR / f"{expected}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = {
        name: question.renamed.get(name, name)
        for name in rows[0]
        if question.renamed.get(name, name).removesuffix(PREFIX) in available
    }
    words = question.reworded
    cut = dict.fromkeys(
        tuple(_text(words.get(row[name], row[name])) for name in names) for row in rows
    )
    return list(names.values()), list(cut)


def _take(computed: list[tuple[str, ...]], columns: list[str], row: tuple[str, ...]) -> bool:
    """Take the first computed row that matches a published one out of the list."""
    for candidate in computed:
        if all(
            value.startswith(wanted) if column.endswith(PREFIX) else value == wanted
            for column, value, wanted in zip(columns, candidate, row, strict=True)
        ):
            computed.remove(candidate)
            return True
    return False


def _text(value: Any) -> str:
    """Write a value so that 2.38, '2.38' and Decimal('2.380') are equal."""
    text = "" if value is None else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return f"{number.normalize():f}" if number.is_finite() else text
