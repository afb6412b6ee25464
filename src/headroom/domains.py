"""Every domain on its own: which have data here, which are left out, which have lost their data.

Decisions and their sentences only; `headroom.inventory` looks into the warehouse.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from headroom.errors import SourceRejectedError
from headroom.landed.contract import landed_tables_of
from headroom.settings import DEFAULT_SOURCE_SCHEMA, PROJECT_DIR, SOURCE_VARIABLE, Settings

RAW_TABLES = ("task", "task_def")
SOURCES_READ = "headroom_operations.sources_read"


@dataclass(frozen=True)
class Domain:
    """A domain: the mart that every build of it makes, what is missing without data, what helps.

    `more` are folders of marts that are made of its facts, and built with it.
    """

    name: str
    mart: str
    absent: str
    remedy: str
    more: tuple[str, ...] = ()


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain("flotilla", "flotilla__runs", "", "", more=("effects",)),
        Domain(
            "builds",
            "builds__builds",
            "no logs of builds were loaded",
            "`headroom load build-stats PATH...` loads them",
        ),
        Domain(
            "failures",
            "failures__failures",
            "no histories, pods, events or jobs were loaded, and there are no runs of Flotilla",
            "`headroom load failures PATH...` and `headroom load jobs FILE...` load them",
            more=("waste",),
        ),
        Domain(
            "throughput",
            "throughput__timings",
            "no timing logs or Dask reports were loaded",
            "`headroom load perf-logs PATH...` or `headroom load dask-report FILE...` loads them",
        ),
    )
}


@dataclass(frozen=True)
class Inventory:
    """What a warehouse holds of the sources.

    `raw` are the raw tables of the source schema, `unreadable` those of them that this user may not
    read, `elsewhere` other schemas with both. `landed` says of each landed table whether it has
    rows. `read_before` are the raw and landed tables that an earlier build read.
    """

    raw: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    elsewhere: tuple[str, ...] = ()
    landed: Mapping[str, bool] = field(default_factory=dict)
    read_before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lack:
    """Why a domain cannot be built; `is_lost` where something is wrong, not just absent."""

    what: str
    remedy: str
    is_lost: bool = False


# A failed run of Flotilla is a failure as well.
READERS = {"flotilla": ("failures",)}


@dataclass(frozen=True)
class Plan:
    """What a build does: the domains it builds, those it leaves out, and those it cannot build.

    `kept` are domains that stay as they are because they also read one that is refused.
    """

    built: tuple[str, ...] = ()
    left_out: Mapping[str, Lack] = field(default_factory=dict)
    refused: Mapping[str, SourceRejectedError] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    def refusing(self, domain: str, error: SourceRejectedError, *, readers: bool = True) -> "Plan":
        """Give the plan without a domain that cannot be built, and without its `readers`."""
        spoilt = READERS.get(domain, ()) if readers else ()
        kept = tuple(name for name in spoilt if name in self.built)
        built = tuple(name for name in self.built if name != domain and name not in kept)
        refused = {**self.refused, domain: error}
        return replace(self, built=built, refused=refused, kept=self.kept + kept)

    def lack_of(self, domain: str) -> Lack | None:
        """Say which data a domain lacks; None where it has data."""
        if error := self.refused.get(domain):
            return Lack(error.message, error.hint)
        return self.left_out.get(domain)


def decide(found: Inventory, settings: Settings) -> Plan:
    """Say which domains to build.

    A domain without data is left out if it was never built here and nobody named it; else it is
    refused, and the others are built all the same. Who says where Flotilla is names it.
    """
    lacks = {name: _lack(name, found, settings) for name in DOMAINS}
    if lacks["flotilla"] is None and not (lacks["failures"] and lacks["failures"].is_lost):
        lacks["failures"] = None
    plan = Plan(tuple(name for name, lack in lacks.items() if lack is None))
    for name, lack in lacks.items():
        if lack is None:
            continue
        if lack.is_lost:
            plan = plan.refusing(name, SourceRejectedError(lack.what, lack.remedy))
        elif naming := _naming(name, settings):
            error = SourceRejectedError(f"{naming}, but {lack.what}", lack.remedy)
            # It was never here: who reads it as well has nothing to lose.
            plan = plan.refusing(name, error, readers=False)
        else:
            plan = replace(plan, left_out={**plan.left_out, name: lack})
    return plan


def _naming(name: str, settings: Settings) -> str:
    """Say who named a domain; empty where nobody did."""
    if name in settings.domains:
        return f"HEADROOM_DOMAINS names {name}"
    if name == "flotilla" and settings.source_dsn:
        return f"{SOURCE_VARIABLE} is set"
    if name == "flotilla" and settings.source_schema != DEFAULT_SOURCE_SCHEMA:
        return f"HEADROOM_SOURCE_SCHEMA is {settings.source_schema}"
    return ""


def _lack(name: str, found: Inventory, settings: Settings) -> Lack | None:
    return _lack_of_flotilla(found, settings) if name == "flotilla" else _lack_of_logs(name, found)


def _lack_of_logs(name: str, found: Inventory) -> Lack | None:
    tables = landed_tables_of(name)
    lost = [table for table in tables if table in found.read_before and table not in found.landed]
    if lost:
        return _lost(lost, [f"headroom_landed.{table}" for table in lost])
    # Rows that `headroom prune` deleted leave an empty table: the marts follow.
    if any(found.landed.get(table) or table in found.read_before for table in tables):
        return None
    return Lack(DOMAINS[name].absent, DOMAINS[name].remedy)


def _lack_of_flotilla(found: Inventory, settings: Settings) -> Lack | None:
    places = {table: f"{settings.source_schema}.{table}" for table in RAW_TABLES}
    closed = [places[table] for table in RAW_TABLES if table in found.unreadable]
    absent = [places[table] for table in RAW_TABLES if table not in found.raw]
    if closed:
        return Lack(
            f"{_and(closed)} may not be read by this user",
            f"grant usage on schema {settings.source_schema}, and select on {_and(closed)} or on "
            "the columns that deploy/roles.sql lists",
            is_lost=True,
        )
    if not absent:
        return None
    where = _where_else(found, settings)
    lost = [table for table in RAW_TABLES if table in found.read_before - found.raw]
    if lost:
        return _lost(lost, [places[table] for table in lost], where)
    if len(absent) == len(RAW_TABLES):
        return Lack(
            f"there are no tables {_and(absent)}",
            where or "load both, or set HEADROOM_SOURCE_SCHEMA to the schema that holds them",
        )
    there = [place for place in places.values() if place not in absent]
    what = f"{_and(there)} is there, but not {_and(absent)}: Flotilla's marts need both"
    return Lack(what, where or f"load {_and(absent)} as well", is_lost=True)


def _where_else(found: Inventory, settings: Settings) -> str:
    if not found.elsewhere:
        return ""
    held = f"schema {_and(found.elsewhere)} {'has' if len(found.elsewhere) == 1 else 'have'} both"
    return f"{held}: set HEADROOM_SOURCE_SCHEMA, which is {settings.source_schema} now"


def _lost(names: Collection[str], places: Collection[str], where: str = "") -> Lack:
    """Say that tables are gone which an earlier build read, and how to go on without them."""
    is_one = len(names) == 1
    listed = ", ".join(f"'{name}'" for name in names)
    return Lack(
        f"{_and(places)} {'was' if is_one else 'were'} read by an earlier build and "
        f"{'is' if is_one else 'are'} gone; the marts keep what they hold",
        f"{where or 'restore them'}; to go on without them for good: delete from {SOURCES_READ} "
        f"where source_name in ({listed})",
        is_lost=True,
    )


def _and(names: Collection[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def exclusions(built: Collection[str]) -> list[str]:
    """Give the selectors of dbt that leave out every domain but those to build.

    Without Flotilla its staging stays where failures are built: they read it, and it is empty.
    """
    excluded: list[str] = []
    for domain in DOMAINS:
        if domain in built:
            continue
        is_read = any(reader in built for reader in READERS.get(domain, ()))
        excluded += [
            f"path:{path.relative_to(PROJECT_DIR)}"
            for path in _folders(domain)
            if not (is_read and path.parent.name == "staging")
        ]
        excluded += landed_tables_of(domain)
    return excluded


def _folders(domain: str) -> list[Path]:
    patterns = [f"snapshots/{domain}__*.yml"]
    for folder in (domain, *DOMAINS[domain].more):
        patterns += [f"models/*/{folder}", f"tests/dbt/{folder}"]
    return sorted(path for pattern in patterns for path in PROJECT_DIR.glob(pattern))
