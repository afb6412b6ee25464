"""What every command shares: two consoles and the option of the engine."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from headroom.settings import TARGETS

# A pipe has no width of its own: tables then take what they need up to this.
PIPE_WIDTH = 160
console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
problems = Console(stderr=True, width=None if sys.stderr.isatty() else PIPE_WIDTH)

TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="|".join(TARGETS),
        help="The engine to work on; HEADROOM_TARGET, else duckdb.",
    ),
]
