"""`headroom load`: logs are read and landed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
)

from headroom.cli.common import TargetOption, console
from headroom.errors import InputRejectedError
from headroom.printable import printable
from headroom.settings import Settings

if TYPE_CHECKING:
    from headroom.loads.tally import Tally

PathsArgument = Annotated[
    list[str],
    typer.Argument(help="Files, folders, patterns, gzip or not; - is standard input."),
]
CalibrationOption = Annotated[
    str,
    typer.Option(
        metavar="LABEL",
        help="The calibration of the logs; rows that are loaded already keep their label.",
    ),
]
ExperimentOption = Annotated[
    str | None,
    typer.Option(metavar="A|B", help="A: simulations only. B: one target against several."),
]
CsvOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write to the seed CSVs of a folder, not to the warehouse."),
]
StrictOption = Annotated[bool, typer.Option(help="Load nothing at all if any piece is rejected.")]

loads = typer.Typer(help="Read logs and land their rows in the warehouse.", no_args_is_help=True)


@loads.command("build-stats")
def load_build_stats(
    paths: PathsArgument,
    target: TargetOption = None,
    build_id: Annotated[
        str | None,
        typer.Option(help="The build of logs that name no build. Default: the file's name."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="The region of builds whose log names no region.")
    ] = None,
    csv: CsvOption = None,
    strict: StrictOption = False,
) -> None:
    """Load build logs, campaign_stats.json and samples files; exit 7 if a piece was rejected."""
    from headroom.loads.build_stats import Options
    from headroom.loads.build_stats import load_build_stats as load
    from headroom.loads.render import print_builds, print_tally

    settings = Settings.from_environment(target)
    options = Options(build_id, region, strict=strict, csv_folder=csv)
    with _progress() as on_source:
        tally, builds = load(settings, paths, options, on_source)
    print_builds(console, builds)
    print_tally(console, tally)
    _require_clean(tally)


@loads.command("dask-report")
def load_dask_report(
    paths: PathsArgument,
    target: TargetOption = None,
    calibration: CalibrationOption = "unlabelled",
    experiment: ExperimentOption = None,
    csv: CsvOption = None,
    strict: StrictOption = False,
) -> None:
    """Load the task streams of Dask performance reports; exit 7 if a piece was rejected."""
    from headroom.loads.dask_report import load_dask_reports as load
    from headroom.loads.perf_logs import Options
    from headroom.loads.render import print_tally, print_task_streams

    settings = Settings.from_environment(target)
    options = Options(calibration, experiment, strict=strict, csv_folder=csv)
    with _progress() as on_source:
        tally, streams = load(settings, paths, options, on_source)
    print_task_streams(console, streams)
    print_tally(console, tally, kept="segments")
    _require_clean(tally)


@contextmanager
def _progress(counts: ProgressColumn | None = None) -> Iterator[Callable[..., None]]:
    """Show a bar over a load; gives what it calls with a name, how far it is, and the whole.

    What is counted are sources, unless `counts` says otherwise.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    shown = counts or MofNCompleteColumn()
    with Progress(*columns, shown, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def on_progress(name: str, done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total, description=printable(name)[-48:])

        yield on_progress


@loads.command("perf-logs")
def load_perf_logs(
    paths: PathsArgument,
    target: TargetOption = None,
    calibration: CalibrationOption = "unlabelled",
    experiment: ExperimentOption = None,
    csv: CsvOption = None,
    strict: StrictOption = False,
) -> None:
    """Load SIM_TIMING and AGG_TIMING logs, and workers' warnings; exit 7 if a line was rejected."""
    from headroom.loads.perf_logs import Options
    from headroom.loads.perf_logs import load_perf_logs as load
    from headroom.loads.render import print_tally

    settings = Settings.from_environment(target)
    options = Options(calibration, experiment, strict=strict, csv_folder=csv)
    with _progress(DownloadColumn()) as on_progress:
        tally = load(settings, paths, options, on_progress)
    print_tally(console, tally, kept="timings and other facts")
    _require_clean(tally)


@loads.command("failures")
def load_failures(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="SQLite histories, kubectl's JSON or YAML (gzip too), folders, - (stdin)."
        ),
    ],
    target: TargetOption = None,
    source: Annotated[
        str | None,
        typer.Option(help="Name of the source. Default: the file's name without extension."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write to the seed CSVs of a folder, not to the warehouse."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option(help="Load nothing at all if any piece is rejected.")
    ] = False,
) -> None:
    """Load failure histories and Kubernetes pods and events; exit 7 if a piece was rejected."""
    from headroom.loads.failures import Options
    from headroom.loads.failures import load_failures as load
    from headroom.loads.render import print_tally

    settings = Settings.from_environment(target)
    with _progress() as on_source:
        tally = load(settings, paths, Options(source, strict=strict, csv_folder=csv), on_source)
    print_tally(console, tally, "rows and objects", "kept")
    _require_clean(tally)


@loads.command("jobs")
def load_jobs(
    paths: PathsArgument,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="csv, nextflow or slurm.")
    ],
    target: TargetOption = None,
    source: Annotated[
        str | None,
        typer.Option(help="Name of the scheduler that they ran on; else that of the format."),
    ] = None,
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Zone of times that are written without one.")
    ] = "UTC",
    csv: CsvOption = None,
    strict: StrictOption = False,
) -> None:
    """Load jobs of any scheduler as attempts; exit 7 if a line was rejected."""
    from headroom.loads.jobs import Options
    from headroom.loads.jobs import load_jobs as load
    from headroom.loads.render import print_tally

    settings = Settings.from_environment(target)
    options = Options(form, source, timezone, strict=strict, csv_folder=csv)
    with _progress() as on_source:
        tally = load(settings, paths, options, on_source)
    print_tally(console, tally, kept="jobs")
    _require_clean(tally)


def _require_clean(tally: "Tally") -> None:
    """End with the exit code of rejected input where not everything was loaded."""
    if tally.is_clean:
        return
    pieces = sum(tally.rejected.values())
    raise InputRejectedError(
        f"{pieces} pieces of logs were rejected, {len(tally.unreadable)} sources not read to "
        "their end; the rest was loaded",
        tally.places(),
    )
