"""The file of the page: made in memory, written beside its place, and put there in one step."""

import base64
import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from headroom.charts.theme import warm_up
from headroom.domains import Lack
from headroom.errors import UsageError
from headroom.report.page.asking import Answer, Answers, ask_page
from headroom.report.page.catalog import (
    ALERTS,
    FIX,
    FLEET,
    RECOMMENDATIONS,
    SECTIONS,
    Figure,
    Section,
)
from headroom.report.page.cells import Cell
from headroom.report.page.first_screen import MOST_TASKS, tasks, tiles, verdict
from headroom.settings import Settings

FOLDER = Path(__file__).parent
FIRST_SQL = {
    "the figures": FLEET,
    "the alerts": ALERTS,
    "the recommendations": RECOMMENDATIONS,
    "the fix": FIX,
}


@dataclass(frozen=True)
class Shown:
    """A figure with its drawing and the cells of its table."""

    figure: Figure
    answer: Answer
    drawing: Markup
    lines: list[list[Cell]]


@dataclass(frozen=True)
class ShownSection:
    """A section with its figures, or with its missing data."""

    section: Section
    figures: list[Shown]
    lack: Lack | None


def write_page(settings: Settings, output: Path, as_of: datetime | None = None) -> int:
    """Write the page; give its size in bytes.

    Raises UsageError where the file cannot be written, WarehouseUnavailableError without marts.
    """
    _require_place(output)
    # The first chart loads the library that draws: meanwhile dbt compiles.
    warming = Thread(target=warm_up, daemon=True)
    warming.start()
    answers = ask_page(settings, as_of)
    warming.join()
    written = render(answers).encode()
    try:
        with tempfile.TemporaryDirectory(dir=output.absolute().parent, prefix=".report-") as folder:
            whole = Path(folder) / "report.html"
            whole.write_bytes(written)
            whole.replace(output)
    except OSError as error:
        raise _unwritable(output, error.strerror or "it cannot be written") from error
    return len(written)


def _require_place(output: Path) -> None:
    if output.is_dir():
        raise _unwritable(output, "it is a folder")
    if not output.absolute().parent.is_dir():
        raise _unwritable(output, f"there is no folder {output.absolute().parent}")


def _unwritable(output: Path, why: str) -> UsageError:
    return UsageError(
        f"--output {str(output)!r} cannot be written: {why}",
        "name a file in a folder that exists and that this user may write, such as report.html",
    )


def render(answers: Answers) -> str:
    """Make the page of its answers."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = _marked
    script = _own("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    urgent = tasks(answers.answers)
    return environment.get_template("page.html.j2").render(
        page=answers,
        style=_own("page.css"),
        script=script,
        script_hash=f"sha256-{digest}",
        tiles=tiles(answers.answers),
        tasks=urgent[:MOST_TASKS],
        more_tasks=len(urgent[MOST_TASKS:]),
        verdict=verdict(answers.answers),
        first_sql={
            words: answers.answers[name]
            for words, name in FIRST_SQL.items()
            if name in answers.answers
        },
        sections=[_section(section, answers) for section in SECTIONS],
    )


def _marked(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = [
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def _own(name: str) -> Markup:
    """Give a file of this folder, which no data reached."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704


def _section(section: Section, answers: Answers) -> ShownSection:
    if lack := answers.lacks.get(section.name):
        return ShownSection(section, [], lack)
    return ShownSection(section, list(_figures(section.figures, answers)), None)


def _figures(figures: Iterable[Figure], answers: Answers) -> Iterable[Shown]:
    for figure in figures:
        answer = answers.answers[figure.analysis]
        drawn = figure.draw(answer.rows) if figure.draw and answer.rows else ""
        lines = [[column.cell(row) for column in figure.columns] for row in answer.rows]
        # The drawing library escapes what stands in a chart, our own drawings do so themselves.
        yield Shown(figure, answer, Markup(drawn), lines)  # noqa: S704
