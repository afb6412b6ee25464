"""`headroom run`: all that a scheduler wants of one run."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Annotated

import typer

from headroom.cli.build import (
    AcceptDeletesOption,
    Asked,
    FullRefreshOption,
    ScrubOption,
    asked_of,
    build_once,
)
from headroom.cli.common import (
    LogFormat,
    TargetOption,
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
from headroom.settings import Settings
from headroom.spans import parse_span

# Seconds between a build that the database stopped and the next one.
PAUSES = (5, 10, 20, 40, 60)


def run(
    target: TargetOption = None,
    wait: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="How long to wait for another build to end: 30s, 10m, 1h. Default: do not wait.",
        ),
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="How long to try again if the database does not answer: 10m, 1h. Default: do not "
            "try again.",
        ),
    ] = None,
    full_refresh: FullRefreshOption = False,
    scrub: ScrubOption = None,
    accept_deletes: AcceptDeletesOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="First day to compare and build again; month by month, so that you can interrupt "
            "it.",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Last day to build again. Default: today.")
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Print this report at the end; give it again for more reports."
        ),
    ] = None,
    publish: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="DuckDB: write a copy for readers, and swap it in when it is complete.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat,
        typer.Option(help="Text for people, or one JSON object a line."),
    ] = LogFormat.TEXT,
) -> None:
    """Do all that a schedule needs: wait, build, send alerts, print reports, publish."""
    from headroom.publishing import require_place

    speak(log_format)
    _require_channels()
    settings = Settings.from_environment(target)
    tell_ignored()
    reports = _known_reports(report or [])
    if publish:
        require_place(settings, publish)
    asked = asked_of(settings, scrub, accept_deletes, full_refresh=full_refresh)
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
            raise UsageError("--until needs --since", "give the first day with --since")
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
            build_once(asked, patience.wait.total_seconds())
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


def _tell_alerts(settings: Settings) -> None:
    """Bring the alerts up to date and send what is due; never fail the run."""
    import duckdb
    import psycopg

    from headroom.alerts.channels import channels_of
    from headroom.alerts.delivery import deliver
    from headroom.alerts.state import update_alerts
    from headroom.engine_errors import first_line
    from headroom.lock import only_build
    from headroom.warehouse import open_warehouse
    from headroom.written import counted

    channels = channels_of()
    try:
        with only_build(settings), open_warehouse(settings) as warehouse:
            changes = update_alerts(warehouse, tuple(channels))
            deliveries = deliver(warehouse, channels)
    except (HeadroomError, duckdb.Error, psycopg.Error) as error:
        say(f"Alerts could not be updated: {first_line(error)}", style="yellow")
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
    if changes and not channels:
        say("Nothing was sent: no channel is set (HEADROOM_ALERT_WEBHOOK and others)")
    for delivery in deliveries:
        took = f"not sent, will be tried again: {delivery.problem}" if delivery.problem else "sent"
        say(
            f"Alerts to {delivery.channel}: {counted(delivery.count, 'message')} {took}",
            event="delivery",
            style="yellow" if delivery.problem else None,
        )
