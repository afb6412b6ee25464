"""What every command shares: how it speaks, the option of the engine, a word on dbt's variables."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from headroom.errors import HeadroomError, SourceRejectedError
from headroom.printable import printable, printable_json
from headroom.settings import TARGETS
from headroom.terminal import PIPE_WIDTH, PlainConsole, console_of, plain, plain_lines

console = console_of()
problems = console_of(stderr=True)

TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="|".join(TARGETS),
        help="The engine. Default: HEADROOM_TARGET, else duckdb.",
    ),
]


class LogFormat(StrEnum):
    """The form of a command's output: lines for people, or JSON objects, one a line."""

    TEXT = "text"
    JSON = "json"


class _Speech:
    format = LogFormat.TEXT


def speak(log_format: LogFormat) -> None:
    """Say everything from now on in this form."""
    _Speech.format = log_format
    console.quiet = log_format == LogFormat.JSON


def say(text: str, *, style: str | None = None, event: str = "said", **figures: Any) -> None:
    """Say a sentence on standard output; in JSON with the figures that it holds."""
    if _Speech.format == LogFormat.TEXT:
        console.print(plain(text), style=style, highlight=False)
    else:
        _write(event, {"message": text, **figures})


def say_report(name: str, printed: Callable[[PlainConsole], None]) -> None:
    """Print tables; in JSON as one text."""
    if _Speech.format == LogFormat.TEXT:
        printed(console)
        return
    text = StringIO()
    printed(PlainConsole(file=text, width=PIPE_WIDTH))
    _write("report", {"name": name, "text": text.getvalue()})


def tell_error(error: HeadroomError) -> None:
    """Say what went wrong and what to do, on the stream of errors; in JSON where all is."""
    if _Speech.format == LogFormat.JSON:
        said = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
        _write("error", said)
        return
    problems.print(f"[bold red]headroom:[/bold red] {plain(error.message)}", highlight=False)
    _print_findings(error)
    if error.hint:
        problems.print(plain_lines(error.hint), style="dim", highlight=False)


def _print_findings(error: HeadroomError) -> None:
    if isinstance(error, SourceRejectedError):
        from headroom.quality import GateRefusedError
        from headroom.quality.render import findings_table

        if isinstance(error, GateRefusedError):
            problems.print(findings_table(error.result))


def _write(event: str, said: dict[str, Any]) -> None:
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **said}
    sys.stdout.write(printable_json(json.dumps(line, ensure_ascii=False, default=str)) + "\n")
    sys.stdout.flush()


class Commands(TyperGroup):
    """The commands; what the parser says of a wrong word quotes the word, made printable."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Parse the words before the command."""
        with _printable_errors():
            return super().make_context(*arguments, **more)

    def invoke(self, *arguments: Any, **more: Any) -> Any:
        """Parse the words of the command, and run it."""
        with _printable_errors():
            return super().invoke(*arguments, **more)


@contextmanager
def _printable_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # The parser's own errors, and no other, have a message and a way to format it. That of a
        # command without words is its help.
        message = getattr(error, "message", None)
        if hasattr(error, "format_message") and type(error).__name__ != "NoArgsIsHelpError":
            error.message = message and printable(message)  # type: ignore[attr-defined]
        raise


def tell_ignored() -> None:
    """Name the variables that a user set for dbt and that Headroom does not pass on."""
    from headroom.dbt import ignored_variables

    if names := ignored_variables():
        problems.print(
            f"Headroom does not pass these variables to dbt: {plain(', '.join(names))}",
            style="yellow",
            highlight=False,
        )
