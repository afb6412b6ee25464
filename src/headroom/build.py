"""One build: the gate on the raw tables, then dbt's seeds, snapshot, models and tests in order."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from headroom.dbt import DbtRun, NodeResult, run_dbt
from headroom.domains import DOMAINS, READERS, Plan, decide, exclusions
from headroom.engine_errors import lack_of_room, passing_reason
from headroom.environment import require_environment
from headroom.errors import BuildFailedError, SourceRejectedError, WarehouseUnavailableError
from headroom.inventory import read_inventory
from headroom.memory import private_spill
from headroom.operations.recording import require_not_newer
from headroom.printable import printable, printable_lines
from headroom.pull import refusal
from headroom.quality import GateResult, require_new_structure
from headroom.quiet import Compared, compare_source, record_scrub
from headroom.seeds import require_seeds
from headroom.settings import Settings
from headroom.warehouse import open_warehouse
from headroom.watermarks import (
    Watermarks,
    read_complete_builds,
    read_watermarks,
    record_complete_builds,
)
from headroom.written import counted


@dataclass(frozen=True)
class Checked:
    """Domains that can be built, and the gate's result; None where it had nothing to check."""

    plan: Plan
    gate: GateResult | None


@dataclass(frozen=True)
class Work:
    """What a build has to do: the domains to make again, and whether seeds come with them.

    `began_with` are the watermarks before it. `compared` is what was compared of the source, where
    the pull has nothing to do; `unchanged_since` says since when everything is as it is.
    """

    domains: tuple[str, ...]
    has_seeds: bool
    began_with: Watermarks
    compared: Compared | None = None
    unchanged_since: datetime | None = None

    def nothing_changed(self) -> str:
        """Say that there is nothing to do, and what was compared."""
        moment = self.unchanged_since and self.unchanged_since.astimezone(UTC)
        source = f"{counted(self.compared.rows, 'row')} of the source, " if self.compared else ""
        return (
            f"Nothing changed since {moment:%Y-%m-%d %H:%M:%S} UTC: {source}loaded logs, seeds and"
            " code are as they were; no model was built and no test was run"
        )


def check_sources(settings: Settings) -> Checked:
    """Look for the data of every domain and hold Flotilla's tables against what a load needs.

    What is missing or refused stands in the plan, so that the other domains are built all the same.
    Raises SourceRejectedError where no domain has data, WarehouseUnavailableError where the
    database cannot be opened, or only be read, and UsageError where the seeds do not fit.
    """
    require_seeds()
    with open_warehouse(settings) as warehouse:
        warehouse.require_writable()
        require_not_newer(warehouse)
        plan = decide(read_inventory(warehouse, settings), settings)
    if not plan.built and not plan.refused:
        lacks = [f"{name} ({lack.what}): {lack.remedy}" for name, lack in plan.left_out.items()]
        raise SourceRejectedError("there is nothing to build: no domain has data", "\n".join(lacks))
    if "flotilla" not in plan.built:
        return Checked(plan, None)
    require_environment()
    try:
        return Checked(plan, require_new_structure(settings))
    except SourceRejectedError as error:
        return Checked(plan.refusing("flotilla", error), None)


def find_work(settings: Settings, built: tuple[str, ...], *, is_asked: bool) -> Work:
    """Say which domains a build has to make: those whose data changed; all after other changes.

    `is_asked`: somebody wants a whole build. Where the source is as it was, the slice of the scrub
    that was compared is recorded. Raises WarehouseUnavailableError where the database stops it.
    """
    with open_warehouse(settings) as warehouse:
        now = read_watermarks(warehouse, settings)
        complete = read_complete_builds(warehouse)
        known = {name: complete[name] for name in built if name in complete}
        is_known = bool(known) and all(
            (build.code, build.tables) == (now.code, now.tables) for build in known.values()
        )
        if is_asked or not is_known:
            return Work(built, has_seeds=True, began_with=now)
        # A domain that has data for the first time is new; the others are as they are.
        new = {name for name in built if name not in known}
        changed = new | {name for name in known if known[name].marks != now.of(name)}
        compared = None
        if "flotilla" in built and "flotilla" not in changed:
            compared = compare_source(warehouse)
            readers = ("flotilla", *READERS["flotilla"])
            if compared is None:
                changed |= {name for name in readers if name in built}
            elif changed.isdisjoint(readers):
                record_scrub(warehouse, compared)
    return Work(
        tuple(name for name in built if name in changed),
        has_seeds=bool(new),
        began_with=now,
        compared=compared,
        unchanged_since=min(build.built_at for build in known.values()),
    )


def finish(settings: Settings, built: tuple[str, ...], work: Work) -> None:
    """Remember that all domains are complete: the next build goes on from here."""
    with open_warehouse(settings) as warehouse:
        made_from = work.began_with.after(read_watermarks(warehouse, settings))
        record_complete_builds(warehouse, made_from, built)


def build_marts(
    settings: Settings,
    domains: tuple[str, ...] = tuple(DOMAINS),
    *,
    has_seeds: bool = True,
    full_refresh: bool = False,
    on_result: Callable[[NodeResult], None] | None = None,
) -> DbtRun:
    """Run `dbt build` on some domains; without `has_seeds` the seeds stay as they are.

    Raises BuildFailedError, naming the nodes that failed, SourceRejectedError where the pull
    refused Flotilla's tables, and WarehouseUnavailableError where the database stopped them. A node
    below a failed one is skipped, so its table stays as the last good build left it.
    """
    # Unit tests are about the code, not about this data: they run when the code is tested.
    arguments = ["build"]
    for kind in ("unit_test", "saved_query", "exposure"):
        arguments += ["--exclude-resource-type", kind]
    excluded = exclusions(domains)
    if not has_seeds:
        arguments += ["--exclude-resource-type", "seed"]
        # Views on what Headroom writes down itself: they stay, and show what is there.
        excluded.append("path:models/*/operations")
    if full_refresh:
        arguments.append("--full-refresh")
    if excluded:
        arguments += ["--exclude", *excluded]
    is_file = settings.target == "duckdb"
    with private_spill(settings.duckdb_path) if is_file else nullcontext():
        run = run_dbt(settings, arguments, on_result, only_data_changed=not has_seeds)
    if run.returncode != 0:
        kept = f"{run.count('skipped')} nodes were skipped and keep their last good state"
        if reason := _stopped_by(run):
            if full := lack_of_room(reason):
                raise WarehouseUnavailableError(f"{printable(full.message)}; {kept}", full.hint)
            raise WarehouseUnavailableError(
                f"the database stopped the build: {printable(reason)}; {kept}",
                "build again when the database answers: what was built stays, the next build "
                "makes the rest",
            )
        if refused := refusal(run.errors):
            raise refused
        failed = run.names("error", "fail")
        what = f"failed: {', '.join(failed)}" if failed else "dbt stopped before its first node"
        raise BuildFailedError(
            f"{what}; {kept}",
            _explanation(run),
        )
    return run


def _stopped_by(run: DbtRun) -> str | None:
    """Quote the database where it, and neither the code nor the data, stopped all that failed."""
    if run.names("fail"):
        return None
    reasons = [passing_reason(text) for text in run.errors or run.messages]
    if run.names("error") and not all(reasons):
        return None
    return next(filter(None, reasons), None)


def _explanation(run: DbtRun) -> str:
    """Quote what dbt said of the failures: the lines after its own summary heading."""
    text = "\n".join(printable_lines(message) for message in run.messages)
    _, _, tail = text.partition("Completed with")
    return ((tail and f"Completed with{tail}") or text).strip()
