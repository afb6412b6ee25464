"""The command line: it parses and prints; the modules decide."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from headroom.cli.common import Commands, TargetOption, console, problems, tell_ignored
from headroom.cli.failures import failures
from headroom.cli.load import loads
from headroom.cli.prune import prune
from headroom.errors import (
    BuildFailedError,
    CheckFailedError,
    HeadroomError,
    UsageError,
    WarehouseUnavailableError,
)
from headroom.printable import printable
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.terminal import plain, plain_lines

if TYPE_CHECKING:
    from headroom.build import Checked, Work
    from headroom.dbt import NodeResult
    from headroom.domains import Plan
    from headroom.report import Report

app = typer.Typer(
    cls=Commands,
    help="Explain a batch platform: why runs got their memory, what fails, how builds and "
    "simulations go. Loads logs, builds marts, prints reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(loads, name="load")
app.add_typer(failures, name="failures")
MARKS = {
    "ok": "[green]ok[/green]      ",
    "left out": "[yellow]left out[/yellow]",
    "missing": "[red]missing[/red] ",
}
BUILT_KINDS = ("seed", "snapshot", "model")


@app.command()
def fleet(
    target: TargetOption = None,
    seed: Annotated[int, typer.Option(help="Number that everything random comes from.")] = 20251217,
    days: Annotated[
        int | None,
        typer.Option(
            help="Instead, make a fleet of so many days with the published 28,000 runs a day; the "
            "published figures do not hold in it."
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
            help="Make none, but move the fleet that is there on in time: 30m, 1h, 2d.",
        ),
    ] = None,
) -> None:
    """Make synthetic raw tables: the reference fleet, or one that grows and lives."""
    from headroom.fleet import DEFAULT_UNTIL, write_fleet

    settings = Settings.from_environment(target)
    if advance is not None:
        if days is not None or until is not None:
            raise UsageError(
                "--advance moves on a fleet that is there, from where it stands",
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
    from headroom.fleet.daily import advance_fleet, parse_span

    span = parse_span(text)
    with console.status("moving the fleet on"):
        moved = advance_fleet(settings, seed, span)
    console.print(
        f"Synthetic fleet: now {moved.now:%Y-%m-%d %H:%M:%S} UTC; {moved.queued:,} runs queued, "
        f"{moved.started:,} started, {moved.ended:,} ended, {moved.corrected:,} corrected, "
        f"in schema {settings.source_schema} of {plain(moved.place)}"
    )


@app.command()
def build(
    target: TargetOption = None,
    full_refresh: Annotated[
        bool, typer.Option(help="Build incremental models from all of history.")
    ] = False,
    scrub: Annotated[
        str | None,
        typer.Option(metavar="all", help="Compare all runs now, not a slice of the older ones."),
    ] = None,
    audit: Annotated[
        bool,
        typer.Option(help="Compare all of the source, and all runs of the mart with it; slow."),
    ] = False,
    accept_deletes: Annotated[
        str | None,
        typer.Option(
            metavar="FROM..UNTIL", help="Believe that the runs missing on these days were deleted."
        ),
    ] = None,
) -> None:
    """Build and test the marts of every domain that has data; check Flotilla's tables before."""
    from headroom.build import check_sources, find_work, finish
    from headroom.lock import only_build
    from headroom.pull import PullRequest, ask, parse_days
    from headroom.warehouse import place_of

    settings = Settings.from_environment(target)
    tell_ignored()
    if scrub not in (None, "all"):
        raise UsageError(f"--scrub {scrub} means nothing", "write --scrub all, or leave it out")
    accepted = parse_days(accept_deletes) if accept_deletes else None
    request = PullRequest(audit or scrub == "all", accepted)
    with only_build(settings):
        console.print(f"Builds in {plain(place_of(settings))}", highlight=False)
        with console.status("looking for data and checking the raw tables"):
            checked = check_sources(settings)
        _print_plan(checked)
        plan = checked.plan
        if not plan.built:
            _raise_refusals(plan)
        if "flotilla" in plan.built:
            ask(settings, request)
        with console.status("looking for what changed"):
            is_asked = full_refresh or request != PullRequest()
            work = find_work(settings, plan.built, is_asked=is_asked)
        if work.domains:
            _build(settings, plan, work, full_refresh=full_refresh)
        _tell_pull(settings, plan, work, audited=audit)
        if work.domains:
            finish(settings, plan.built, work)
    _raise_refusals(plan)


def _build(settings: Settings, plan: "Plan", work: "Work", *, full_refresh: bool) -> None:
    """Run dbt on the domains that changed, and say how it went."""
    from headroom.build import build_marts
    from headroom.warehouse import place_of

    same = [name for name in plan.built if name not in work.domains]
    unchanged = f"; unchanged: {', '.join(same)}" if same else ""
    console.print(f"Building {', '.join(work.domains)}{unchanged}", highlight=False)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting dbt", total=None)

        def on_result(result: "NodeResult") -> None:
            progress.update(
                task, advance=1, total=result.total, description=printable(result.name)[:48]
            )

        try:
            run = build_marts(
                settings,
                work.domains,
                has_seeds=work.has_seeds,
                full_refresh=full_refresh,
                on_result=on_result,
            )
        except (BuildFailedError, WarehouseUnavailableError):
            for error in plan.refused.values():
                _tell(error)
            raise
    built = [result for result in run.ended("success") if result.kind in BUILT_KINDS]
    console.print(
        f"Built {len(built)} seeds, snapshots and models; "
        f"{run.count('pass')} tests passed, {run.count('warn')} warned"
    )
    for result in run.ended("warn"):
        console.print(f"  warned: {plain(result.name)} ({result.rows:,} rows)", style="yellow")
    console.print(f"Marts: schema {MARTS_SCHEMA} of {plain(place_of(settings))}")


def _tell_pull(settings: Settings, plan: "Plan", work: "Work", *, audited: bool) -> None:
    """Say what the pull found; raise what it did not believe, and what an audit finds wrong."""
    from headroom.pull import audit, read_last_pull, require_nothing_held, sentences

    if not work.domains:
        console.print(work.nothing_changed(), highlight=False)
    pull = read_last_pull(settings) if "flotilla" in plan.built else None
    if pull:
        # What was compared is said above, where nothing was pulled.
        for sentence in sentences(pull)[0 if work.domains else 1 :]:
            console.print(plain(sentence), highlight=False)
        if audited:
            audit(settings)
            console.print("Audit: every run of the source is in flotilla__runs as it was pulled")
        require_nothing_held(pull)


def _print_plan(checked: "Checked") -> None:
    """Say what the gate found, what is left out, and what would bring it."""
    plan = checked.plan
    if checked.gate:
        console.print(f"Gate: {len(checked.gate.findings)} expectations on the raw tables hold")
    for name, lack in plan.left_out.items():
        console.print(
            f"Left out: {name} ({plain(lack.what)}); {plain(lack.remedy)}", highlight=False
        )
    for name in plan.refused:
        console.print(f"Not built: {name}", style="yellow", highlight=False)
    for name in plan.kept:
        console.print(
            f"Not built: {name}, which also reads what was refused; its marts stay as they are",
            style="yellow",
            highlight=False,
        )


def _raise_refusals(plan: "Plan") -> None:
    """Raise what a domain was refused for; where there are several, tell all but the last."""
    errors = list(plan.refused.values())
    for error in errors[:-1]:
        _tell(error)
    if errors:
        raise errors[-1]


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="impact, bug or replay")],
    target: TargetOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|TIMESTAMP",
            help="What was visible then: a date to its end (UTC). Default: the last day.",
        ),
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            metavar="ALIAS",
            help="impact: the definition to follow. Default: most elevated runs before the fix.",
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN_ID",
            help="bug: the run whose inheritance is shown. Default: the worst case.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            help="Compare with the published tables, at their own moment; exit 1 on a difference."
        ),
    ] = False,
) -> None:
    """Run a report's analyses on the marts and print them."""
    from headroom.report import REPORTS, Request, run_report
    from headroom.report.check import check_answers
    from headroom.report.render import differences_table, print_report
    from headroom.report.run import parse_as_of

    if name not in REPORTS:
        raise UsageError(f"there is no report {name!r}", f"choose one of: {', '.join(REPORTS)}")
    chosen = REPORTS[name]
    settings = Settings.from_environment(target)
    tell_ignored()
    moment = parse_as_of(as_of) if as_of else None
    given = [
        option
        for option, value in (("--definition", definition), ("--run", run))
        if value is not None
    ]
    for option in given:
        if option != chosen.option:
            raise UsageError(
                f"the report {name!r} has no {option}",
                "--definition belongs to impact, --run to bug",
            )
    if check:
        moment = _published_moment(chosen, moment, given)
    with console.status("compiling and running the analyses"):
        request = Request(moment, definition, run, must_be_published=check)
        answers = run_report(settings, chosen, request)
    print_report(console, chosen, answers)
    if check:
        compared, differences = check_answers(answers.answers)
        if differences:
            console.print(differences_table(differences))
            raise CheckFailedError(
                f"{len(differences)} rows differ from the {compared} published ones"
            )
        console.print(f"All {compared} published rows are equal.", style="green")


def _published_moment(report: "Report", moment: datetime | None, given: list[str]) -> datetime:
    """Give the moment that --check compares at; refuse what it cannot compare."""
    if report.published_at is None:
        raise UsageError(
            f"--check has nothing to compare the report {report.name!r} with",
            "its figures were never published",
        )
    if moment not in (None, report.published_at):
        raise UsageError(
            "--check compares with the published tables, which were made at one moment",
            f"leave out --as-of, or give {report.published_at.isoformat()}",
        )
    if given:
        raise UsageError(
            "--check compares with the published tables, and those are about other runs",
            f"leave out {given[0]}",
        )
    return report.published_at


@app.command()
def explain(
    run_id: Annotated[str, typer.Argument(help="The run, as in `flotilla__runs`.")],
    target: TargetOption = None,
) -> None:
    """Tell a run's story: its donors, how their commands differ, what it would have got."""
    from headroom.explain import print_story, read_story

    settings = Settings.from_environment(target)
    tell_ignored()
    with console.status("looking for the donors"):
        story = read_story(settings, run_id)
    print_story(console, story)


@app.command()
def doctor(target: TargetOption = None) -> None:
    """Say what is missing, and how to get it; exit 5 if anything is."""
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


app.command()(prune)


def _fail(error: HeadroomError) -> NoReturn:
    _tell(error)
    sys.exit(error.exit_code)


def _tell(error: HeadroomError) -> None:
    from headroom.errors import SourceRejectedError

    problems.print(f"[bold red]headroom:[/bold red] {plain(error.message)}", highlight=False)
    if isinstance(error, SourceRejectedError):
        from headroom.quality import GateRefusedError
        from headroom.quality.render import findings_table

        if isinstance(error, GateRefusedError):
            problems.print(findings_table(error.result))
    if error.hint:
        problems.print(plain_lines(error.hint), style="dim", highlight=False)


def main() -> None:
    """Run the command line; a user's mistake ends in a message and an exit code of its kind."""
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
