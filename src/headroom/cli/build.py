"""`headroom build` and `headroom run`: one build, and all that a scheduler wants of one run."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from headroom.cli.common import (
    LogFormat,
    TargetOption,
    console,
    say,
    say_report,
    speak,
    tell_error,
    tell_ignored,
)
from headroom.errors import (
    AnotherBuildError,
    BuildFailedError,
    HeadroomError,
    SourceRejectedError,
    UsageError,
    WarehouseUnavailableError,
)
from headroom.printable import printable
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.spans import parse_span

if TYPE_CHECKING:
    from headroom.build import Checked, Work
    from headroom.dbt import NodeResult
    from headroom.domains import Plan
    from headroom.operations.recording import BuildRecord
    from headroom.pull import PullRequest

# Seconds between a build that the database stopped and the next one.
PAUSES = (5, 10, 20, 40, 60)
# Of the models with parts to make.
MOST_WAITING = 20
BUILT_KINDS = ("seed", "snapshot", "model")

FullRefreshOption = Annotated[
    bool, typer.Option("--full-refresh", help="Build incremental models from all of history.")
]
ScrubOption = Annotated[
    str | None,
    typer.Option(metavar="all", help="Compare all runs now, not a slice of the older ones."),
]
AcceptDeletesOption = Annotated[
    str | None,
    typer.Option(
        metavar="FROM..UNTIL", help="Believe that the runs missing on these days were deleted."
    ),
]


@dataclass(frozen=True)
class Asked:
    """What a user asks of a build."""

    settings: Settings
    request: "PullRequest"
    full_refresh: bool = False
    audited: bool = False


def build(
    target: TargetOption = None,
    full_refresh: FullRefreshOption = False,
    scrub: ScrubOption = None,
    audit: Annotated[
        bool,
        typer.Option(help="Compare all of the source, and all runs of the mart with it; slow."),
    ] = False,
    accept_deletes: AcceptDeletesOption = None,
) -> None:
    """Build and test the marts of every domain that has data; check Flotilla's tables before."""
    settings = Settings.from_environment(target)
    tell_ignored()
    _build_once(_asked(settings, scrub, accept_deletes, full_refresh=full_refresh, audited=audit))


def run(
    target: TargetOption = None,
    wait: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Wait so long for another build to end: 30s, 10m, 1h. Default: not at all.",
        ),
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Where the database does not answer, try again until so much time has passed. "
            "Default: do not try again.",
        ),
    ] = None,
    full_refresh: FullRefreshOption = False,
    scrub: ScrubOption = None,
    accept_deletes: AcceptDeletesOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Compare and build these days again, from this one on; month by month, so that it "
            "can be interrupted.",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last of these days. Default: today.")
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Print this report at the end; can be given again."),
    ] = None,
    publish: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="duckdb: write a copy for readers, and swap it in when it is whole.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat,
        typer.Option(help="Lines for people, or JSON objects, one a line."),
    ] = LogFormat.TEXT,
) -> None:
    """Do what a scheduler wants of one run: wait, build, send alerts, print reports, publish."""
    from headroom.publishing import require_place

    speak(log_format)
    _require_channels()
    settings = Settings.from_environment(target)
    tell_ignored()
    reports = _known_reports(report or [])
    if publish:
        require_place(settings, publish)
    asked = _asked(settings, scrub, accept_deletes, full_refresh=full_refresh)
    patience = Patience(
        parse_span("--wait", wait) if wait else timedelta(),
        parse_span("--deadline", deadline) if deadline else timedelta(),
    )
    spans = _spans(since, until)
    problem: Exception | None = None
    try:
        for span in spans:
            _build_until(_again(asked, span), patience)
            if span:
                say(
                    f"Built again: the days from {span[0]} to {span[1]}",
                    event="again",
                    until=span[1],
                )
    except AnotherBuildError:
        raise
    except Exception as error:
        problem = error
    # Once, after the last try, and not where somebody interrupted the run.
    _tell_alerts(settings)
    if problem and not isinstance(problem, SourceRejectedError | BuildFailedError):
        raise problem
    for name in reports:
        _say_report(settings, name)
    if problem:
        raise problem
    if publish:
        _publish(settings, publish)


def _spans(since: str | None, until: str | None) -> list[tuple[date, date] | None]:
    """Give the days to build again, in months; one None where nobody asked for any."""
    from headroom.pull import months_of, parse_days

    if since is None:
        if until is not None:
            raise UsageError("--until needs --since", "say from which day on")
        return [None]
    return list(months_of(parse_days(f"{since}..{until or datetime.now(UTC).date()}")))


def _again(asked: Asked, span: tuple[date, date] | None) -> Asked:
    return replace(asked, request=replace(asked.request, again=span)) if span else asked


@dataclass(frozen=True)
class Patience:
    """How long to wait for another build, and for how long to try again."""

    wait: timedelta
    deadline: timedelta


def _build_until(asked: Asked, patience: Patience) -> None:
    """Build; where the database does not answer, build again until the deadline.

    What the failed build made stays made. Raises the last error.
    """
    ends_at = time.monotonic() + patience.deadline.total_seconds()
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    while True:
        try:
            _build_once(asked, patience.wait.total_seconds())
            return
        except AnotherBuildError:
            raise
        except WarehouseUnavailableError as error:
            pause = next(pauses)
            if time.monotonic() + pause > ends_at:
                raise
            tell_error(error)
            say(f"Trying again in {pause} seconds", event="again", seconds=pause)
            time.sleep(pause)


def _require_channels() -> None:
    """Refuse a wrong address of a channel before anything is built; raise UsageError."""
    from headroom.alerts.channels import channels_of
    from headroom.alerts.delivery import is_quiet

    channels_of()
    is_quiet(datetime.now(UTC))


def _known_reports(names: list[str]) -> list[str]:
    from headroom.report import REPORTS

    for name in names:
        if name not in REPORTS:
            raise UsageError(
                f"--report {name!r} does not exist", f"choose one of: {', '.join(REPORTS)}"
            )
    return names


def _say_report(settings: Settings, name: str) -> None:
    from headroom.report import REPORTS, Request, run_report
    from headroom.report.render import print_report

    answers = run_report(settings, REPORTS[name], Request())
    say_report(name, lambda to: print_report(to, REPORTS[name], answers))


def _publish(settings: Settings, file: Path) -> None:
    from headroom.publishing import publish

    published = publish(settings, file)
    say(
        f"Published {published.size_mb:,.1f} MB as {file} in {published.seconds:,.1f} s",
        event="published",
        file=str(file),
        seconds=round(published.seconds, 3),
    )


def plan(target: TargetOption = None) -> None:
    """Say what the next build will make, and why; nothing is changed."""
    from headroom.planning import plan_next_build

    settings = Settings.from_environment(target)
    tell_ignored()
    with console.status("looking for what changed"):
        next_build = plan_next_build(settings)
    for name, reason in next_build.reasons.items():
        say(f"To build: {name} ({reason})")
    if next_build.unchanged:
        say(f"Unchanged: {', '.join(next_build.unchanged)}")
    if next_build.left_out:
        say(f"Not built: {', '.join(next_build.left_out)}; `headroom doctor` says what is missing")
    for waiting in next_build.waiting[:MOST_WAITING]:
        rows = "" if waiting.rows is None else f", {waiting.rows:,} runs"
        say(f"  {waiting.model}: {waiting.parts:,} changed parts of {waiting.kind}{rows}")
    if len(next_build.waiting) > MOST_WAITING:
        say(f"  and {len(next_build.waiting) - MOST_WAITING} more models")


def _asked(
    settings: Settings,
    scrub: str | None,
    accept_deletes: str | None,
    *,
    full_refresh: bool,
    audited: bool = False,
) -> Asked:
    from headroom.pull import PullRequest, parse_days

    if scrub not in (None, "all"):
        raise UsageError(f"--scrub {scrub} is not valid", "write --scrub all, or leave it out")
    accepted = parse_days(accept_deletes) if accept_deletes else None
    request = PullRequest(audited or scrub == "all", accepted)
    return Asked(settings, request, full_refresh, audited)


def _build_once(asked: Asked, wait_seconds: float = 0) -> None:
    """Build under the lock, and write down how it went."""
    from headroom.lock import only_build
    from headroom.operations.recording import BuildRecord, recorded
    from headroom.warehouse import place_of

    with only_build(asked.settings, wait_seconds) as holder:
        say(f"Builds in {place_of(asked.settings)}")
        record = BuildRecord(asked.settings, asked.full_refresh)
        with recorded(record, holder):
            _build(asked, record)
    if record.lost_because:
        say(f"This build could not be recorded: {record.lost_because}", style="yellow")


def _build(asked: Asked, record: "BuildRecord") -> None:
    """Look what there is to do, do it, and say what was found."""
    from headroom.build import check_sources, find_work, finish
    from headroom.pull import PullRequest, ask

    settings = asked.settings
    with console.status("looking for data and checking the raw tables"):
        checked = check_sources(settings)
    _say_plan(checked)
    plan = checked.plan
    if not plan.built:
        _raise_refusals(plan)
    if "flotilla" in plan.built:
        ask(settings, asked.request)
    with console.status("looking for what changed"):
        is_asked = asked.full_refresh or asked.request != PullRequest()
        work = find_work(settings, plan.built, is_asked=is_asked)
    record.domains = work.domains
    if work.domains:
        _run_dbt(asked, plan, work, record)
    _say_pull(settings, plan, work, audited=asked.audited)
    if work.domains:
        finish(settings, plan.built, work)
    _raise_refusals(plan)


def _tell_alerts(settings: Settings) -> None:
    """Bring the alerts up to date and send what is due; never fail the run."""
    import duckdb
    import psycopg

    from headroom.alerts.channels import channels_of
    from headroom.alerts.delivery import deliver
    from headroom.alerts.state import update_alerts
    from headroom.engine_errors import first_line
    from headroom.lock import only_build
    from headroom.pull import counted
    from headroom.warehouse import open_warehouse

    channels = channels_of()
    try:
        with only_build(settings), open_warehouse(settings) as warehouse:
            changes = update_alerts(warehouse, tuple(channels))
            deliveries = deliver(warehouse, channels)
    except (HeadroomError, duckdb.Error, psycopg.Error) as error:
        say(f"Alerts could not be brought up to date: {first_line(error)}", style="yellow")
        return
    for changed in changes:
        trouble = changed.trouble
        say(
            f"Alert {changed.change}: {trouble.kind} {trouble.subject}: {trouble.evidence}",
            event="alert",
            style="yellow" if changed.change == "opened" else None,
            change=changed.change,
            key=trouble.key,
            severity=trouble.severity,
        )
    for delivery in deliveries:
        took = f"not sent, and due again: {delivery.problem}" if delivery.problem else "sent"
        say(
            f"Alerts to {delivery.channel}: {counted(delivery.count, 'message')} {took}",
            event="delivery",
            style="yellow" if delivery.problem else None,
        )


def _run_dbt(asked: Asked, plan: "Plan", work: "Work", record: "BuildRecord") -> None:
    """Run dbt on the domains that changed, and say how it went."""
    from headroom.build import build_marts
    from headroom.warehouse import place_of

    same = [name for name in plan.built if name not in work.domains]
    unchanged = f"; unchanged: {', '.join(same)}" if same else ""
    say(f"Building {', '.join(work.domains)}{unchanged}")
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting dbt", total=None)

        def on_result(result: "NodeResult") -> None:
            record.results.append(result)
            progress.update(
                task, advance=1, total=result.total, description=printable(result.name)[:48]
            )

        try:
            run = build_marts(
                asked.settings,
                work.domains,
                has_seeds=work.has_seeds,
                full_refresh=asked.full_refresh,
                on_result=on_result,
            )
        except (BuildFailedError, WarehouseUnavailableError):
            for error in plan.refused.values():
                tell_error(error)
            raise
    built = [result for result in run.ended("success") if result.kind in BUILT_KINDS]
    say(
        f"Built {len(built)} seeds, snapshots and models; "
        f"{run.count('pass')} tests passed, {run.count('warn')} warned",
        models=len(built),
        passed=run.count("pass"),
        warned=run.count("warn"),
    )
    for result in run.ended("warn"):
        say(f"  warned: {result.name} ({result.rows:,} rows)", style="yellow")
    say(f"Marts: schema {MARTS_SCHEMA} of {place_of(asked.settings)}")


def _say_pull(settings: Settings, plan: "Plan", work: "Work", *, audited: bool) -> None:
    """Say what the pull found; raise what it did not believe, and what an audit finds wrong."""
    from headroom.pull import audit, read_last_pull, require_nothing_held, sentences

    if not work.domains:
        say(work.nothing_changed())
    pull = read_last_pull(settings) if "flotilla" in plan.built else None
    if pull:
        # What was compared is said above, where nothing was pulled.
        for sentence in sentences(pull)[0 if work.domains else 1 :]:
            say(sentence)
        if audited:
            audit(settings)
            say("Audit: every run of the source is in flotilla__runs as it was pulled")
        require_nothing_held(pull)


def _say_plan(checked: "Checked") -> None:
    """Say what the gate found, what is left out, and what would bring it."""
    plan = checked.plan
    if checked.gate:
        say(f"Gate: {len(checked.gate.findings)} expectations on the raw tables hold")
    for name, lack in plan.left_out.items():
        say(f"Left out: {name} ({lack.what}); {lack.remedy}")
    for name in plan.refused:
        say(f"Not built: {name}", style="yellow")
    for name in plan.kept:
        say(
            f"Not built: {name}, which also reads what was refused; its marts stay as they are",
            style="yellow",
        )


def _raise_refusals(plan: "Plan") -> None:
    """Raise what a domain was refused for; where there are several, tell all but the last."""
    errors = list(plan.refused.values())
    for error in errors[:-1]:
        tell_error(error)
    if errors:
        raise errors[-1]
