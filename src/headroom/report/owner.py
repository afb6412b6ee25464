"""What an owner's memory cost, and what their jobs should ask for: asked of the marts of waste."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from headroom.diagnosis.access import Scope, allowed_projects
from headroom.errors import UsageError
from headroom.inventory import require_marts
from headroom.report.compiled import compile_analyses, fill
from headroom.report.run import query_marts
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

Rule = Literal["largest_peak", "percentile"]
Row = dict[str, Any]


@dataclass(frozen=True)
class OwnerReport:
    """The waste of an owner's jobs, and the recommendations for them by a rule."""

    owner: str
    rule: Rule
    waste: list[Row]
    recommendations: list[Row]


def ask_owner(settings: Settings, owner: str, rule: Rule) -> OwnerReport:
    """Ask for a user, a group or a project.

    Raises UsageError for an owner that has no attempts, WarehouseUnavailableError without marts.
    """
    require_marts(settings, "failures")
    compiled = compile_analyses(settings, ["owner_names", "owner_waste", "owner_recommendations"])
    values: dict[str, list[str]] = {
        "owner": [owner],
        "waste_rule": [rule],
        "failure_projects": Scope(allowed_projects()).names(),
    }
    with open_warehouse(settings, read_only=True) as warehouse:
        found = {name: _rows(warehouse, name, fill(sql, values)) for name, sql in compiled.items()}
    known = sorted(str(row["owned_by"]) for row in found["owner_names"])
    if owner not in known:
        raise _unknown(owner, known)
    return OwnerReport(owner, rule, found["owner_waste"], found["owner_recommendations"])


def _rows(warehouse: Warehouse, name: str, sql: str) -> list[Row]:
    result = query_marts(warehouse, name, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _unknown(owner: str, known: list[str]) -> UsageError:
    lower = {name.lower(): name for name in known}
    near = [lower[name] for name in get_close_matches(owner.lower(), lower, n=3, cutoff=0.5)]
    if near:
        hint = f"near names are: {', '.join(near)}"
    elif known:
        hint = f"a user, group or project that has attempts, for example {known[0]}"
    else:
        hint = "no attempt that may be seen has an owner"
    return UsageError(f"no attempt belongs to {owner!r}", hint)
