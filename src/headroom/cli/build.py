"""`headroom build` and `headroom plan`: one build, and what it would make."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from headroom.cli.common import (
    TargetOption,
    console,
    say,
    tell_error,
    tell_ignored,
)
from headroom.errors import (
    BuildFailedError,
    UsageError,
    WarehouseUnavailableError,
)
from headroom.printable import printable
from headroom.settings import MARTS_SCHEMA, Settings

if TYPE_CHECKING:
    from headroom.build import Checked, Work
    from headroom.dbt import NodeResult
    from headroom.domains import Plan
    from headroom.operations.recording import BuildRecord
    from headroom.pull import PullRequest

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
        metavar="FROM..UNTIL", help="Accept that the runs missing on these days were deleted."
    ),
]


@dataclass(frozen=True)
class Asked:
    """A user's request to a build."""

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
        typer.Option(
            help="Compare the whole source, and all runs of the mart with the source; slow."
        ),
    ] = False,
    accept_deletes: AcceptDeletesOption = None,
) -> None:
    """Check Flotilla's tables, then build and test the marts of every domain that has data."""
    settings = Settings.from_environment(target)
    tell_ignored()
    build_once(asked_of(settings, scrub, accept_deletes, full_refresh=full_refresh, audited=audit))


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


def asked_of(
    settings: Settings,
    scrub: str | None,
    accept_deletes: str | None,
    *,
    full_refresh: bool,
    audited: bool = False,
) -> Asked:
    """Give what the options ask of a build; raise UsageError for a wrong one."""
    from headroom.pull import PullRequest, parse_days

    if scrub not in (None, "all"):
        raise UsageError(f"--scrub {scrub} is not valid", "write --scrub all, or leave it out")
    accepted = parse_days(accept_deletes) if accept_deletes else None
    request = PullRequest(audited or scrub == "all", accepted)
    return Asked(settings, request, full_refresh, audited)


def build_once(asked: Asked, wait_seconds: float = 0) -> None:
    """Build under the lock, waiting so long for it, and write down how it went.

    Raises AnotherBuildError where another build holds the lock for longer, and what the build
    raises.
    """
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
    if "flotilla" in work.domains:
        from headroom.effects.filling import complete_effects

        with console.status("computing exact bounds of effects"):
            complete_effects(asked.settings)
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
            f"Not built: {name} also reads a refused domain; its marts stay as they are",
            style="yellow",
        )


def _raise_refusals(plan: "Plan") -> None:
    """Raise what a domain was refused for; where there are several, tell all but the last."""
    errors = list(plan.refused.values())
    for error in errors[:-1]:
        tell_error(error)
    if errors:
        raise errors[-1]
