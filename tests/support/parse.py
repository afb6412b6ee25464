"""What dbt knows of the project's files, found out once for each engine and shared by all tests.

A full parse takes nine seconds. The parse of an engine lies in `target/tests/`, where it outlives
the tests: the next run parses only the files that changed.
"""

import fcntl
import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from headroom.settings import PROJECT_DIR, Settings

FOLDER = PROJECT_DIR / "target" / "tests"
# A parse holds the name of the database in every node. Names of one length are exchanged as bytes.
DATABASE = "headroom_test_of_a_parse"
# No server is asked: these only have to be the same each time.
PLACE = {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": DATABASE}


def manifest_for(environment: Mapping[str, str]) -> Manifest | None:
    """Give the project as parsed for a place, or None where dbt has to parse it for itself.

    A copy for each command: dbt writes what it compiled into it. None is for a source schema, a
    name of a file or of a database that the shared parse does not fit.
    """
    target = environment["HEADROOM_TARGET"]
    database = DATABASE
    if target == "postgres":
        database = environment.get("PGDATABASE", "")
        if len(database) != len(DATABASE):
            return None
    elif Path(environment["HEADROOM_DUCKDB_PATH"]).name != "headroom.duckdb":
        return None
    manifest = Manifest(**_load(_parsed(target)[0], database), flat_graph=_graph(target, database))
    used = manifest.env_vars.items()
    return manifest if all(environment.get(name) == value for name, value in used) else None


def _load(parsed: bytes, database: str) -> Any:
    return pickle.loads(parsed.replace(DATABASE.encode(), database.encode()))  # noqa: S301


@lru_cache(maxsize=4)
def _graph(target: str, database: str) -> Any:
    """Give what models read as `graph`: nobody writes into it, so commands share it."""
    return _load(_parsed(target)[1], database)


@cache
def _parsed(target: str) -> tuple[bytes, bytes]:
    """Parse the project for an engine; processes of one test run wait for each other.

    Gives the manifest without the files, which only a parse needs, and its graph.
    """
    settings = Settings(target, FOLDER / "headroom.duckdb", "flotilla")  # type: ignore[arg-type]
    folder = FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["parse", "--quiet", "--no-write-json", "--project-dir", str(PROJECT_DIR)]
    arguments += ["--target-path", str(folder), "--log-path", str(folder)]
    with _locked(folder / "lock"), environment_of({**settings.environment(), **PLACE}):
        outcome = dbtRunner().invoke(arguments)
    if outcome.exception:
        raise outcome.exception
    # dbt's own way to pickle a manifest mixes up its fields; the others are made from these.
    names = {field.name for field in fields(Manifest) if not field.name.startswith("_")}
    kept = {name: getattr(outcome.result, name) for name in names - {"files", "flat_graph"}}
    return pickle.dumps(kept), pickle.dumps(outcome.result.flat_graph)


@contextmanager
def environment_of(variables: Mapping[str, str]) -> Iterator[None]:
    """Give this process exactly these variables as long as the block lasts."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
