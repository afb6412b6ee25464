"""The command line: it parses and prints; the modules decide."""

import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from headroom.cli.build import build, plan
from headroom.cli.common import (
    Commands,
    LogFormat,
    TargetOption,
    console,
    speak,
    tell_error,
    tell_ignored,
)
from headroom.cli.failures import failures
from headroom.cli.load import loads
from headroom.cli.prune import prune
from headroom.cli.report import reports
from headroom.cli.run import run
from headroom.errors import HeadroomError, UsageError
from headroom.settings import SEEDS_VARIABLE, Settings
from headroom.spans import parse_span
from headroom.terminal import plain

app = typer.Typer(
    cls=Commands,
    help="Explain a batch platform: why runs got their memory, what fails, how builds and "
    "simulations go. Loads logs, builds marts, prints reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(reports, name="report")
app.add_typer(loads, name="load")
app.add_typer(failures, name="failures")
MARKS = {
    "ok": "[green]ok[/green]      ",
    "left out": "[yellow]left out[/yellow]",
    "missing": "[red]missing[/red] ",
}


@app.command()
def fleet(
    target: TargetOption = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 20251217,
    days: Annotated[
        int | None,
        typer.Option(
            help=(
                "Make a fleet of this many days instead, with 28,000 runs a day; the published "
                "figures do not hold in it."
            )
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Last day of the history; 2025-12-17 if not given."
        ),
    ] = None,
    advance: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Move the existing fleet forward in time instead: 30m, 1h, 2d.",
        ),
    ] = None,
) -> None:
    """Make synthetic raw tables: the reference fleet, or a fleet that grows."""
    from headroom.fleet import DEFAULT_UNTIL, write_fleet

    settings = Settings.from_environment(target)
    if settings.source_dsn:
        raise UsageError(
            "HEADROOM_SOURCE_DSN is set: the raw tables are on a server that Headroom only reads",
            "unset it to make a fleet here",
        )
    if advance is not None:
        if days is not None or until is not None:
            raise UsageError(
                "--advance moves an existing fleet forward in time",
                "leave out --days and --until",
            )
        _advance(settings, seed, advance)
        return
    with console.status("making the fleet") as status:
        summary = write_fleet(
            settings,
            seed=seed,
            days=days,
            until=until.date() if until else DEFAULT_UNTIL,
            progress=status.update,
        )
    console.print(
        f"Synthetic fleet: {summary.run_count:,} runs of {summary.definition_count:,} definitions, "
        f"{summary.first_queued_at:%Y-%m-%d} to {summary.last_queued_at:%Y-%m-%d}, "
        f"in schema {settings.source_schema} of {plain(summary.place)}"
    )


def _advance(settings: Settings, seed: int, text: str) -> None:
    from headroom.fleet.daily import advance_fleet

    span = parse_span("--advance", text, "mhd")
    with console.status("moving the fleet forward"):
        moved = advance_fleet(settings, seed, span)
    console.print(
        f"Synthetic fleet: now {moved.now:%Y-%m-%d %H:%M:%S} UTC; {moved.queued:,} runs queued, "
        f"{moved.started:,} started, {moved.ended:,} ended, {moved.corrected:,} corrected, "
        f"in schema {settings.source_schema} of {plain(moved.place)}"
    )


app.command()(build)
app.command()(run)
app.command()(plan)


@app.command()
def explain(
    run_id: Annotated[str, typer.Argument(help="The run, as in `flotilla__runs`.")],
    target: TargetOption = None,
) -> None:
    """Explain a run's memory: its donors, how their commands differ, what it would have got."""
    from headroom.explain import print_story, read_story

    settings = Settings.from_environment(target)
    tell_ignored()
    with console.status("looking for the donors"):
        story = read_story(settings, run_id)
    print_story(console, story)


@app.command()
def doctor(target: TargetOption = None) -> None:
    """Say what is missing, and how to get it; exit 5 if something is missing."""
    from headroom.doctor import examine

    settings = Settings.from_environment(target)
    tell_ignored()
    missing = False
    for finding in examine(settings):
        missing = missing or finding.state == "missing"
        console.print(f"{MARKS[finding.state]} {plain(finding.what)}", highlight=False)
        if finding.state != "ok":
            console.print(f"         {plain(finding.remedy)}", style="dim", highlight=False)
    if missing:
        raise typer.Exit(5)


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or one that `headroom init` wrote.")
    ],
) -> None:
    """Copy the reference seeds into your own folder, to change them; run again to renew."""
    from headroom.seed_copies import init_folder
    from headroom.seeds import seed_problems

    folder = folder.absolute()
    for name, state in init_folder(folder).items():
        console.print(f"{state:8}  {plain(name)}", highlight=False)
    for problem in seed_problems(folder):
        console.print(f"To do: {plain(problem)}", style="yellow", highlight=False)
    console.print(f"Headroom and dbt read them with: export {SEEDS_VARIABLE}={plain(str(folder))}")


app.command()(prune)


def _fail(error: HeadroomError) -> NoReturn:
    tell_error(error)
    sys.exit(error.exit_code)


def _stop(number: int, _frame: object) -> NoReturn:
    """End as a signal asks, with what has to be left clean left clean."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line; a user's mistake ends in a message and an exit code of its kind."""
    signal.signal(signal.SIGTERM, _stop)
    speak(LogFormat.TEXT)
    try:
        app()
    except HeadroomError as error:
        _fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from headroom.engine_errors import meaning

        known = meaning(error)
        if known is None:
            raise
        _fail(known)
