"""One build: the gate on the raw tables, then dbt's seeds, snapshot, models and tests in order."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from headroom.dbt import DbtRun, NodeResult, run_dbt
from headroom.domains import DOMAINS, Plan, decide, exclusions
from headroom.engine_errors import lack_of_room, passing_reason
from headroom.environment import require_environment
from headroom.errors import BuildFailedError, SourceRejectedError, WarehouseUnavailableError
from headroom.inventory import read_inventory
from headroom.memory import private_spill
from headroom.printable import printable, printable_lines
from headroom.pull import refusal
from headroom.quality import GateResult, require_source
from headroom.settings import Settings
from headroom.warehouse import open_warehouse


@dataclass(frozen=True)
class Checked:
    """What a build will do, and what the gate found; None where it has nothing to check."""

    plan: Plan
    gate: GateResult | None


def check_sources(settings: Settings) -> Checked:
    """Look for the data of every domain and hold Flotilla's tables against what a load needs.

    What is missing or refused stands in the plan, so that the other domains are built all the same.
    Raises SourceRejectedError where no domain has data, and WarehouseUnavailableError where the
    database cannot be opened, or only be read.
    """
    with open_warehouse(settings) as warehouse:
        warehouse.require_writable()
        plan = decide(read_inventory(warehouse, settings), settings)
    if not plan.built and not plan.refused:
        lacks = [f"{name} ({lack.what}): {lack.remedy}" for name, lack in plan.left_out.items()]
        raise SourceRejectedError("there is nothing to build: no domain has data", "\n".join(lacks))
    if "flotilla" not in plan.built:
        return Checked(plan, None)
    require_environment()
    try:
        return Checked(plan, require_source(settings))
    except SourceRejectedError as error:
        return Checked(plan.refusing("flotilla", error), None)


def build_marts(
    settings: Settings,
    domains: tuple[str, ...] = tuple(DOMAINS),
    *,
    full_refresh: bool = False,
    on_result: Callable[[NodeResult], None] | None = None,
) -> DbtRun:
    """Run `dbt build` on some domains.

    Raises BuildFailedError, naming the nodes that failed, SourceRejectedError where the pull
    refused Flotilla's tables, and WarehouseUnavailableError where the database stopped them. A node
    below a failed one is skipped, so its table stays as the last good build left it.
    """
    # Unit tests are about the code, not about this data: they run when the code is tested.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments.append("--full-refresh")
    if excluded := exclusions(domains):
        arguments += ["--exclude", *excluded]
    is_file = settings.target == "duckdb"
    with private_spill(settings.duckdb_path) if is_file else nullcontext():
        run = run_dbt(settings, arguments, on_result)
    if run.returncode != 0:
        kept = f"{run.count('skipped')} nodes were skipped and keep their last good state"
        if reason := _stopped_by(run):
            if full := lack_of_room(reason):
                raise WarehouseUnavailableError(f"{printable(full.message)}; {kept}", full.hint)
            raise WarehouseUnavailableError(
                f"the database stopped the build: {printable(reason)}; {kept}",
                "build again when it answers: what was built stays, the rest follows",
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
