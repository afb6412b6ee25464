"""`headroom report`: analyses of the marts, printed as tables or written as a page."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headroom.cli.common import TargetOption, console, problems, tell_ignored
from headroom.errors import CheckFailedError, MissingExtraError, UsageError
from headroom.settings import Settings
from headroom.terminal import plain

if TYPE_CHECKING:
    from headroom.report import Report, Request

reports = typer.Typer(
    help="Reports on the marts: as tables in the terminal, or all domains as one HTML page.",
    no_args_is_help=True,
)

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE|TIMESTAMP",
        help="The data as of this moment; a date means its end (UTC). Default: the last day.",
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option(
        help="Compare with the published tables, at their own moment; exit 1 on a difference."
    ),
]


class Rule(StrEnum):
    """The rules of `waste__recommendations`."""

    LARGEST_PEAK = "largest_peak"
    PERCENTILE = "percentile"


class OwnerForm(StrEnum):
    """The forms in which an owner's report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    SQL = "sql"


class RetryForm(StrEnum):
    """What `headroom report retries` prints."""

    TABLE = "table"
    JSON = "json"
    ARGO = "argo"
    NEXTFLOW = "nextflow"


# What draws the charts of a page; pyproject.toml has both in the extra `report`.
DRAWING = ("altair", "vl_convert")


@reports.command()
def impact(
    target: TargetOption = None,
    as_of: AsOfOption = None,
    definition: Annotated[
        str | None,
        typer.Option(
            metavar="ALIAS",
            help="The definition to follow. Default: the one with most elevated runs before the "
            "fix.",
        ),
    ] = None,
    check: CheckOption = False,
) -> None:
    """Print what the command_hash fix changed."""
    from headroom.report import Request

    request = Request(_moment(as_of), definition=definition, must_be_published=check)
    _print("impact", target, request, None if definition is None else "--definition")


@reports.command()
def bug(
    target: TargetOption = None,
    as_of: AsOfOption = None,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN_ID",
            help="The run to show as the example. Default: the worst case.",
        ),
    ] = None,
    check: CheckOption = False,
) -> None:
    """Print what hashing the description caused: shared and missing hashes."""
    from headroom.report import Request

    request = Request(_moment(as_of), run_id=run, must_be_published=check)
    _print("bug", target, request, None if run is None else "--run")


@reports.command()
def replay(target: TargetOption = None, as_of: AsOfOption = None) -> None:
    """Print why runs got their memory: the lookup replayed."""
    from headroom.report import Request

    _print("replay", target, Request(_moment(as_of)), None)


@reports.command()
def owner(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A user, a group or a project.")],
    target: TargetOption = None,
    rule: Annotated[
        Rule,
        typer.Option(help="Never below a measured peak, or by a percentile of the peaks."),
    ] = Rule.LARGEST_PEAK,
    form: Annotated[
        OwnerForm,
        typer.Option(
            "--format", help="Tables; csv or json for a program; sql: the change of task_def."
        ),
    ] = OwnerForm.TABLE,
) -> None:
    """Print what an owner's memory cost, and what their jobs should ask for; nothing is changed."""
    from headroom.report import owner_formats
    from headroom.report.owner import ask_owner

    settings = Settings.from_environment(target)
    tell_ignored()
    with problems.status("asking the marts"):
        report = ask_owner(settings, name, rule.value)
    if form is OwnerForm.TABLE:
        owner_formats.print_owner(console, report)
        return
    if form is OwnerForm.SQL:
        sys.stdout.write(owner_formats.as_sql(report, settings.source_schema))
    elif form is OwnerForm.CSV:
        sys.stdout.write(owner_formats.as_csv(report))
    else:
        sys.stdout.write(owner_formats.as_json(report))


@reports.command()
def effect(
    target: TargetOption = None,
    change: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A deployment or a policy version. Default: the last one with a day after it.",
        ),
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            metavar="ALIAS",
            help="The definition to look at beside all. Default: most elevated runs before.",
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS|FROM..UNTIL",
            help="So many whole days before, or these. Default: 9, to the last change.",
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS|FROM..UNTIL",
            help="So many whole days after, or these. Default: 28, to the next change.",
        ),
    ] = None,
    as_of: AsOfOption = None,
) -> None:
    """Print what a change proves: claim, evidence, and what speaks against it."""
    from headroom.effects.asking import EffectRequest, ask_effect
    from headroom.effects.render import print_card

    settings = Settings.from_environment(target)
    tell_ignored()
    request = EffectRequest(change, definition, before, after, _moment(as_of))
    with console.status("counting both sides"):
        found = ask_effect(settings, request)
    print_card(console, found)


@reports.command()
def html(
    output: Annotated[
        Path,
        typer.Option(
            "--output", metavar="FILE", help="The file to write; an existing file is replaced."
        ),
    ],
    target: TargetOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write all domains as one HTML page, which opens offline in any browser."""
    try:
        from headroom.report.page.writing import write_page
    except ModuleNotFoundError as error:
        if error.name not in DRAWING:
            raise
        raise MissingExtraError(
            f"`headroom report html` draws its charts with {error.name}, which is not installed",
            "install Headroom with the extra `report`: pip install 'headroom[report]'",
        ) from error

    settings = Settings.from_environment(target)
    tell_ignored()
    with console.status("asking the marts and drawing"):
        size = write_page(settings, output, _moment(as_of))
    console.print(f"Wrote {plain(str(output))} ({size / 1000:,.0f} KB)", highlight=False)


@reports.command()
def retries(
    target: TargetOption = None,
    job: Annotated[
        str | None, typer.Option("--job", metavar="NAME", help="Only this job. Default: all.")
    ] = None,
    form: Annotated[
        RetryForm,
        typer.Option(
            "--format",
            help="A table, JSON, or settings to copy: templates of Argo Workflows, Nextflow.",
        ),
    ] = RetryForm.TABLE,
) -> None:
    """Print what a retry of each job that failed should do, and what hopeless retries cost."""
    from headroom.report.retries import ask_retries, shown, written

    settings = Settings.from_environment(target)
    tell_ignored()
    with problems.status("asking the marts"):
        rows = ask_retries(settings, job)
    if form is RetryForm.TABLE:
        from headroom.report.render import rows_table

        console.print(rows_table(shown(rows)))
        if hidden := len(rows) - len(shown(rows)):
            console.print(f"{hidden} more jobs: --job NAME, or --format json", style="dim")
    else:
        sys.stdout.write(written(rows, form.value) + "\n")


def _moment(as_of: str | None) -> datetime | None:
    from headroom.report.run import parse_as_of

    return parse_as_of(as_of) if as_of else None


def _print(name: str, target: str | None, request: "Request", about: str | None) -> None:
    """Print a report; `about` is the option with which a user chose what it is about."""
    from dataclasses import replace

    from headroom.report import REPORTS, run_report
    from headroom.report.render import print_report

    chosen = REPORTS[name]
    settings = Settings.from_environment(target)
    tell_ignored()
    if request.must_be_published:
        request = replace(request, as_of=_published_moment(chosen, request.as_of, about))
    with console.status("compiling and running the analyses"):
        answers = run_report(settings, chosen, request)
    print_report(console, chosen, answers)
    if request.must_be_published:
        from headroom.report.check import check_answers
        from headroom.report.render import differences_table

        compared, differences = check_answers(answers.answers)
        if differences:
            console.print(differences_table(differences))
            raise CheckFailedError(
                f"{len(differences)} rows differ from the {compared} published ones"
            )
        console.print(f"All {compared} published rows are equal.", style="green")


def _published_moment(
    report: "Report", moment: datetime | None, about: str | None
) -> datetime | None:
    """Give the moment that --check compares at; refuse what it cannot compare."""
    if report.published_at and moment not in (None, report.published_at):
        raise UsageError(
            "--check compares with the published tables, which were made at one moment",
            f"leave out --as-of, or give {report.published_at.isoformat()}",
        )
    if about:
        raise UsageError(
            "--check compares with the published tables, and those are about other runs",
            f"leave out {about}",
        )
    return report.published_at
