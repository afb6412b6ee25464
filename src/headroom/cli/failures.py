"""`headroom failures`: what fails, where, since when, what fixes it."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from headroom.cli.common import TargetOption, console, problems, tell_ignored
from headroom.errors import UsageError
from headroom.settings import Settings
from headroom.terminal import plain

if TYPE_CHECKING:
    from headroom.diagnosis.answer import Command
    from headroom.diagnosis.ask import Inquiry

failures = typer.Typer(
    help="What fails, where, since when, and what fixes it.", no_args_is_help=True
)

ProjectOption = Annotated[
    str | None, typer.Option("--project", help="Only this project. Default: all allowed projects.")
]
LookbackOption = Annotated[
    int, typer.Option("--lookback-days", help="Days of history to look at, back from --as-of.")
]
ThresholdOption = Annotated[
    int, typer.Option("--threshold", help="Smallest number of failures that make a pattern.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE|TIMESTAMP",
        help="End of the window; a date means its end (UTC). Default: the last day with data.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a report.")]


@failures.command()
def analyze(
    target: TargetOption = None,
    project: ProjectOption = None,
    lookback_days: LookbackOption = 7,
    threshold: ThresholdOption = 3,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Find patterns, nodes and images with evidence, and recommend what to do."""
    inquiry = _inquiry(project, lookback_days, as_of, threshold)
    _answer("analyze", target, json, inquiry)


@failures.command()
def stats(
    target: TargetOption = None,
    project: ProjectOption = None,
    lookback_days: LookbackOption = 30,
    threshold: ThresholdOption = 3,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Count failures by type, project and node."""
    inquiry = _inquiry(project, lookback_days, as_of, threshold)
    _answer("stats", target, json, inquiry)


@failures.command()
def remediate(
    failure_type: Annotated[
        str, typer.Option("--type", help="Type of failure, such as OOMKilled.")
    ],
    target: TargetOption = None,
    job: Annotated[
        str | None, typer.Option("--job", help="Show failures similar to this job's.")
    ] = None,
    project: ProjectOption = None,
    lookback_days: LookbackOption = 7,
    threshold: ThresholdOption = 3,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Say what fixes a type of failure: rules, and what worked for others.

    Failures are counted in the window, solutions and retries in all of history.
    """
    inquiry = _inquiry(project, lookback_days, as_of, threshold)
    inquiry = replace(inquiry, failure_type=failure_type, job_name=job or "")
    _answer("remediate", target, json, inquiry)


@failures.command("record-solution")
def record_solution(
    failure_type: Annotated[
        str, typer.Option("--type", help="The type of failure, such as OOMKilled.")
    ],
    description: Annotated[str, typer.Option(help="What was done.")],
    target: TargetOption = None,
    worked: Annotated[bool, typer.Option("--worked", help="The solution worked.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="The solution did not work.")] = False,
) -> None:
    """Record that a solution worked or did not; loads never delete the record."""
    from headroom.loads.failures import record_solution as record

    if worked == failed:
        raise UsageError("say whether it worked", "give one of --worked and --failed")
    recorded = record(Settings.from_environment(target), failure_type, description, worked=worked)
    said = "worked" if recorded.worked else "did not work"
    console.print(
        f"Recorded for {plain(recorded.failure_type)}: {plain(recorded.description)} ({said}); "
        f"record {recorded.record_id}. It counts from the next `headroom build` on.",
        highlight=False,
    )


def _inquiry(
    project: str | None, lookback_days: int, as_of: str | None, threshold: int
) -> "Inquiry":
    from headroom.diagnosis.access import scope_of
    from headroom.diagnosis.ask import Inquiry
    from headroom.report.run import parse_as_of

    until = parse_as_of(as_of) if as_of else None
    return Inquiry(scope_of(project), lookback_days, until, threshold)


def _answer(command: "Command", target: str | None, json: bool, inquiry: "Inquiry") -> None:
    """Print an answer; with `json`, nothing else reaches standard output."""
    from headroom.diagnosis.answer import answer, as_json
    from headroom.diagnosis.render import print_failures

    settings = Settings.from_environment(target)
    tell_ignored()
    with problems.status("asking the marts"):
        diagnosis = answer(settings, command, inquiry)
    if json:
        sys.stdout.write(as_json(diagnosis) + "\n")
    else:
        print_failures(console, diagnosis)
