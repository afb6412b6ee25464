"""What a working installation needs, looked at one by one."""

import importlib.metadata
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headroom.dbt_folders import project_folder
from headroom.domains import DOMAINS, Plan, decide
from headroom.errors import HeadroomError
from headroom.inventory import built_domains, read_inventory
from headroom.operations.provenance import read_provenance
from headroom.quality.indexes import lacking_indexes
from headroom.seed_copies import outdated_files
from headroom.seeds import seed_problems
from headroom.settings import PACKAGED_SEEDS, PROJECT_DIR, Settings, own_seeds
from headroom.source import require_extension
from headroom.warehouse import PostgresWarehouse, open_warehouse, source_of

State = Literal["ok", "left out", "missing"]
INSTALL = "install Headroom again: its wheel with pip, or a checkout with `make env`"


@dataclass(frozen=True)
class Finding:
    """One thing to look at: whether it is there, and how to get it if not.

    A domain without data is `left out` as long as nobody needs it.
    """

    what: str
    state: State
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at Python, dbt, the project's files, the database and every domain."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    findings = [
        _needed(f"Python {version}", sys.version_info >= (3, 11), "install Python 3.11 or newer"),
        _package("dbt-core"),
        _package(f"dbt-{settings.target}"),
        _package("great-expectations"),
        _needed(
            "the command dbt beside this Python",
            shutil.which("dbt", path=str(Path(sys.executable).parent)) is not None,
            INSTALL,
        ),
        _needed(
            f"the dbt project in {project_folder()}",
            (PROJECT_DIR / "dbt_project.yml").exists(),
            INSTALL,
        ),
    ]
    findings += _seeds(own_seeds())
    source = _source(settings)
    is_away = any(finding.state == "missing" for finding in source)
    return findings + source + ([] if is_away else _database(settings))


def _seeds(folder: Path | None) -> list[Finding]:
    """Look at the reference seeds, if the user has an own folder."""
    if folder is None:
        return []
    what = f"the reference seeds in {folder}"
    renew = f"`headroom init {folder}` renews what you did not change"
    found = [
        Finding(f"{what}: {problem}", "missing", f"{renew}; take the rest from {PACKAGED_SEEDS}")
        for problem in seed_problems(folder)
    ]
    if not found and (outdated := outdated_files(folder)):
        older = f"{what}: an earlier version wrote {', '.join(outdated)}"
        found = [Finding(older, "left out", renew)]
    return found or [Finding(what, "ok")]


def _needed(what: str, is_there: bool, remedy: str) -> Finding:
    return Finding(what, "ok" if is_there else "missing", remedy)


def _package(name: str) -> Finding:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(f"package {name}", "missing", INSTALL)
    return Finding(f"package {name} {found}", "ok")


def _source(settings: Settings) -> list[Finding]:
    """Look at the server that holds Flotilla's tables beside a DuckDB file, if one does."""
    if settings.source_dsn is None:
        return []
    try:
        require_extension()
        with PostgresWarehouse(read_only=True, dsn=settings.source_dsn) as source:
            return [Finding(f"the source answers: {source.place}", "ok")]
    except HeadroomError as error:
        return [Finding(error.message, "missing", error.hint)]


def _index(column: str, settings: Settings) -> Finding:
    table = f"{settings.source_schema}.task"
    what = f"no index of {table} begins with {column}: each build reads the whole table"
    return Finding(what, "left out", f"create index on {table} ({column})")


def _database(settings: Settings) -> list[Finding]:
    try:
        with open_warehouse(settings, read_only=True) as warehouse:
            plan = decide(read_inventory(warehouse, settings), settings)
            built = built_domains(warehouse)
            held = [line for name in DOMAINS for line in read_provenance(warehouse, name).held]
            place = warehouse.place
            with source_of(warehouse, settings) as source:
                unindexed = lacking_indexes(source, settings.source_schema)
    except HeadroomError as error:
        what = f"target {settings.target} does not answer: {error.message}"
        return [Finding(what, "missing", error.hint)]
    findings = [Finding(f"target {settings.target} answers: {place}", "ok")]
    findings += [_index(column, settings) for column in unindexed]
    findings += [_domain(name, plan, is_built=name in built) for name in DOMAINS]
    findings += [Finding(line, "missing", "correct what failed, then build again") for line in held]
    if not plan.built and not plan.refused:
        findings.append(Finding("data of any domain", "missing", "load what one of them needs"))
    return findings


def _domain(name: str, plan: Plan, *, is_built: bool) -> Finding:
    if lack := plan.lack_of(name):
        state: State = "missing" if name in plan.refused else "left out"
        return Finding(f"domain {name}: {lack.what}", state, lack.remedy)
    if name in plan.kept:
        what = f"domain {name} also reads a domain that is missing"
        return Finding(what, "missing", "its marts stay as they are until that domain has data")
    if not is_built:
        return Finding(f"domain {name} has data, but no marts", "missing", "run `headroom build`")
    return Finding(f"domain {name} has data and marts", "ok")
