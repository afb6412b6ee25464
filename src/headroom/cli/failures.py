"""`headroom failures`: what fails, where, since when, and what fixes it."""

from typing import Annotated

import typer
from rich.markup import escape

from headroom.cli.common import TargetOption, console
from headroom.errors import UsageError
from headroom.settings import Settings

failures = typer.Typer(help="What fails, and what fixes it.", no_args_is_help=True)


@failures.callback()
def _group() -> None:
    """Keep the group's name in front of its commands, also while it has only one."""


@failures.command("record-solution")
def record_solution(
    failure_type: Annotated[
        str, typer.Option("--type", help="The type of failure, such as OOMKilled.")
    ],
    description: Annotated[str, typer.Option(help="What was done.")],
    target: TargetOption = None,
    worked: Annotated[bool, typer.Option("--worked", help="It worked.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It did not.")] = False,
) -> None:
    """Record that a solution worked or did not; no load takes the record away."""
    from headroom.hooks.failures import record_solution as record

    if worked == failed:
        raise UsageError("say whether it worked", "give one of --worked and --failed")
    recorded = record(Settings.from_environment(target), failure_type, description, worked=worked)
    said = "worked" if recorded.worked else "did not work"
    console.print(
        f"Recorded for {escape(recorded.failure_type)}: {escape(recorded.description)} ({said}); "
        f"record {recorded.record_id}",
        highlight=False,
    )
