"""What the last complete build of each domain was made from, and whether that is still so.

dbt forgets it when it starts (`macros/pull/create_own_tables.sql`), and only a build that went well
to its end writes it: after a failure, a kill or plain dbt nothing counts as built.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from headroom.domains import READERS
from headroom.environment import chosen_vars
from headroom.inventory import every_relation
from headroom.landed.contract import landed_tables, landed_tables_of
from headroom.operations import SCHEMA as OPERATIONS
from headroom.seeds import contracts, seed_path
from headroom.settings import MARTS_SCHEMA, PACKAGE_DIR, PROJECT_DIR, Settings
from headroom.warehouse import Warehouse

# What dbt parses.
CODE = (
    "dbt_project.yml",
    "profiles",
    "models",
    "macros",
    "seeds",
    "snapshots",
    "tests/dbt",
    "docs/blocks",
)
PACKAGES = ("headroom", "dbt-core", "dbt-duckdb", "duckdb", "dbt-postgres", "great-expectations")
BUILT_SCHEMAS = (
    "headroom_staging",
    "headroom_intermediate",
    "headroom_reference",
    "headroom_snapshots",
    MARTS_SCHEMA,
)
# The kind of parts that the pull marks.
RUNS = "runs"
_MARKS = f"select part_kind, max(change_number) from {OPERATIONS}.changed_parts group by part_kind"
_COMPLETE = f"select domain, built_at, code, tables, marks from {OPERATIONS}.complete_builds"


@dataclass(frozen=True)
class Watermarks:
    """What builds are made from now.

    `code` stands for code, configuration and seeds, `tables` for the tables that builds made, and
    `marks` are the numbers of the last changes by kind of part: runs, or what is loaded.
    """

    code: str
    tables: str
    marks: Mapping[str, int]

    def of(self, domain: str) -> str:
        """Write down the marks of what a domain is made from."""
        reads_runs = domain == "flotilla" or domain in READERS["flotilla"]
        kinds = _loaded_kinds(landed_tables_of(domain)) | ({RUNS} if reads_runs else set())
        marks = {kind: number for kind, number in self.marks.items() if kind in kinds}
        return json.dumps(marks, sort_keys=True)

    def after(self, build: "Watermarks") -> "Watermarks":
        """Give those of a build that began with these, and ended with others.

        What the build itself pulled and made is in it. What was loaded beside it may not be.
        """
        pulled = {RUNS: build.marks[RUNS]} if RUNS in build.marks else {}
        return replace(self, tables=build.tables, marks={**self.marks, **pulled})


def _loaded_kinds(tables: Collection[str]) -> set[str]:
    return {kind for name in tables if (kind := landed_tables()[name].part_kind)}


@dataclass(frozen=True)
class CompleteBuild:
    """When a domain was built to the end, and what it was made from: see Watermarks."""

    built_at: datetime
    code: str
    tables: str
    marks: str


def read_watermarks(warehouse: Warehouse, settings: Settings) -> Watermarks:
    """Look at the project's files and the warehouse; no row of the source is read."""
    relations = every_relation(warehouse)
    built = sorted(relation for relation in relations if relation[0] in BUILT_SCHEMAS)
    marks = {kind: number for kind, number in _rows(warehouse, _MARKS) if kind is not None}
    database = str(warehouse.scalar("select current_database()"))
    return Watermarks(code_digest(settings, database), _digest(json.dumps(built)), marks)


def read_complete_builds(warehouse: Warehouse) -> dict[str, CompleteBuild]:
    """Give the last complete build of each domain that has one."""
    return {domain: CompleteBuild(*made) for domain, *made in _rows(warehouse, _COMPLETE)}


def _rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    """Ask a table that may not be there yet, or have the columns of an earlier version."""
    with suppress(duckdb.Error, psycopg.Error):
        return warehouse.query(sql).rows
    return []


def record_complete_builds(
    warehouse: Warehouse, made_from: Watermarks, domains: Collection[str]
) -> None:
    """Remember that domains are built to the end, and what they were made from."""
    rows = ", ".join(
        f"('{name}', current_timestamp, '{made_from.code}', '{made_from.tables}',"
        f" '{made_from.of(name)}')"
        for name in domains
    )
    warehouse.execute(
        f"delete from {OPERATIONS}.complete_builds; insert into {OPERATIONS}.complete_builds"
        f" (domain, built_at, code, tables, marks) values {rows}"
    )


def code_digest(
    settings: Settings, database: str, project: Path = PROJECT_DIR, package: Path = PACKAGE_DIR
) -> str:
    """Give one value for all that a build is made from beside data: files, versions, settings."""
    said = [settings.target, settings.source_schema, database, *map(_version, PACKAGES)]
    said.append(json.dumps([chosen_vars(), settings.source_place]))
    digest = sha256("\n".join(said).encode())
    for folder, places in ((project, CODE), (package, (".",))):
        for path in _files(folder, places):
            digest.update(f"\n{path.relative_to(folder)}\n".encode())
            digest.update(path.read_bytes())
    for name in contracts():
        digest.update(f"\n{name}\n".encode() + seed_path(name).read_bytes())
    return digest.hexdigest()


def _files(folder: Path, places: Collection[str]) -> list[Path]:
    found = [folder / place for place in places if (folder / place).is_file()]
    for place in places:
        found += [path for path in (folder / place).rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix != ".pyc")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
