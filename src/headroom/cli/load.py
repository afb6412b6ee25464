"""`headroom load`: logs are read and landed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn

from headroom.cli.common import TargetOption, console
from headroom.errors import InputRejectedError
from headroom.settings import Settings

if TYPE_CHECKING:
    from headroom.hooks.report import LoadReport

loads = typer.Typer(help="Read logs and land their rows in the warehouse.", no_args_is_help=True)


@loads.command("build-stats")
def load_build_stats(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns, gzip or not; - is standard input."),
    ],
    target: TargetOption = None,
    build_id: Annotated[
        str | None,
        typer.Option(help="The build of logs that do not name theirs; else the file's name."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="The region of builds whose log names none.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Merge into the seed CSVs of a folder instead."),
    ] = None,
    strict: Annotated[
        bool, typer.Option(help="Load nothing at all if any piece is rejected.")
    ] = False,
) -> None:
    """Load build logs, campaign_stats.json and samples files; exit 7 if a piece was rejected."""
    from headroom.hooks.build_stats import Options
    from headroom.hooks.build_stats import load_build_stats as load
    from headroom.hooks.render import print_builds, print_report

    settings = Settings.from_environment(target)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def on_source(name: str, place: int, total: int) -> None:
            progress.update(task, completed=place, total=total, description=escape(name[-48:]))

        options = Options(build_id, region, strict, csv)
        report, builds = load(settings, paths, options, on_source)
    print_builds(console, builds)
    print_report(console, report)
    _require_clean(report)


@loads.command("perf-logs")
def load_perf_logs(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns, gzip or not; - is standard input."),
    ],
    target: TargetOption = None,
    calibration: Annotated[
        str,
        typer.Option(metavar="LABEL", help="What the logs belong to; it stays once it is given."),
    ] = "unlabelled",
    experiment: Annotated[
        str | None,
        typer.Option(metavar="A|B", help="A: simulations only. B: one target against several."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Merge into the seed CSVs of a folder instead."),
    ] = None,
    strict: Annotated[
        bool, typer.Option(help="Load nothing at all if any line is rejected.")
    ] = False,
) -> None:
    """Load SIM_TIMING and AGG_TIMING logs, and workers' warnings; exit 7 if a line was rejected."""
    from headroom.hooks.perf_logs import Options
    from headroom.hooks.perf_logs import load_perf_logs as load
    from headroom.hooks.render import print_report

    settings = Settings.from_environment(target)
    options = Options(calibration, experiment, strict, csv)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def on_progress(name: str, done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total, description=escape(name[-48:]))

        report = load(settings, paths, options, on_progress)
    print_report(console, report)
    _require_clean(report)


def _require_clean(report: "LoadReport") -> None:
    """End with the exit code of rejected input where not everything was loaded."""
    if report.is_clean:
        return
    pieces = sum(report.rejected.values())
    raise InputRejectedError(
        f"{pieces} pieces of logs were rejected, {len(report.unreadable)} sources not read to "
        "their end; the rest was loaded",
        "\n".join([*report.unreadable, *report.shown]),
    )
