"""What a working installation needs, looked at one by one."""

import importlib.metadata
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from headroom.errors import HeadroomError
from headroom.quality.elsewhere import remedies
from headroom.settings import MARTS_SCHEMA, PROJECT_DIR, Settings
from headroom.warehouse import Warehouse, open_warehouse


@dataclass(frozen=True)
class Finding:
    """One thing that is needed: whether it is there, and how to get it if not."""

    what: str
    ok: bool
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at Python, dbt, the project's files, the database, the raw tables and the marts."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    findings = [
        Finding(f"Python {version}", sys.version_info >= (3, 11), "install Python 3.11 or newer"),
        _package("dbt-core"),
        _package(f"dbt-{settings.target}"),
        _package("great-expectations"),
        Finding(
            "the command dbt beside this Python",
            shutil.which("dbt", path=str(Path(sys.executable).parent)) is not None,
            "run `make env`",
        ),
        Finding(
            f"the dbt project in {PROJECT_DIR}",
            (PROJECT_DIR / "dbt_project.yml").exists(),
            "run headroom from a clone of its repository, installed with `make env`",
        ),
    ]
    return findings + _database(settings)


def _package(name: str) -> Finding:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(f"package {name}", False, "run `make env`")
    return Finding(f"package {name} {found}", True)


def _database(settings: Settings) -> list[Finding]:
    try:
        with open_warehouse(settings, read_only=True) as warehouse:
            source = settings.source_schema
            return [
                Finding(f"target {settings.target} answers: {warehouse.place}", True),
                *(
                    _table(warehouse, source, table, remedy)
                    for table, remedy in remedies(settings).items()
                ),
                _table(warehouse, MARTS_SCHEMA, "flotilla__runs", "run `headroom build`"),
            ]
    except HeadroomError as error:
        what = f"target {settings.target} does not answer: {error.message}"
        return [Finding(what, False, error.hint)]


def _table(warehouse: Warehouse, schema: str, table: str, remedy: str) -> Finding:
    return Finding(f"table {schema}.{table}", table in warehouse.readable(schema), remedy)
