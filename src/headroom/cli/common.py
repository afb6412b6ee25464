"""What every command shares: two consoles, the option of the engine, a word on dbt's variables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from headroom.printable import printable
from headroom.settings import TARGETS
from headroom.terminal import console_of, plain

console = console_of()
problems = console_of(stderr=True)

TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="|".join(TARGETS),
        help="The engine to work on; HEADROOM_TARGET, else duckdb.",
    ),
]


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
