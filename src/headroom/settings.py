"""Where things are: read once from the environment, passed on as one value."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from headroom.errors import UsageError
from headroom.memory import UNITS, VARIABLE, memory_limit

Target = Literal["duckdb", "postgres"]
TARGETS: tuple[Target, ...] = get_args(Target)
PACKAGE_DIR = Path(__file__).resolve().parent
# A wheel holds the dbt project; in a checkout the project is around the package.
_PACKAGED = PACKAGE_DIR / "project"
IS_CHECKOUT = not _PACKAGED.exists()
PROJECT_DIR = PACKAGE_DIR.parents[1] if IS_CHECKOUT else _PACKAGED
PROFILES_DIR = PROJECT_DIR / "profiles"
MARTS_SCHEMA = "marts"
DEFAULT_SOURCE_SCHEMA = "flotilla"
SEEDS_VARIABLE = "HEADROOM_SEEDS"
# A secret: where Flotilla's tables are, if not in the warehouse.
SOURCE_VARIABLE = "HEADROOM_SOURCE_DSN"
# The name under which DuckDB knows that database; the macros use it as well.
SOURCE_DATABASE = "flotilla_source"
PACKAGED_SEEDS = PROJECT_DIR / "seeds" / "reference"
DOMAIN_NAMES = ("flotilla", "builds", "failures", "throughput")
# A DuckDB file names its database: DuckDB has databases of the first names itself, and a name of
# two parts is ambiguous where it begins with both a database and a schema.
DUCKDB_NAMES = ("main", "temp", "system", "information_schema", "pg_catalog")
OWN_SCHEMAS = (
    MARTS_SCHEMA,
    "headroom_staging",
    "headroom_intermediate",
    "headroom_reference",
    "headroom_landed",
    "headroom_snapshots",
    "headroom_operations",
)


@dataclass(frozen=True)
class Settings:
    """The engine and the places a command works on.

    `duckdb_path` counts only for target duckdb; target postgres takes libpq's own PG* variables.
    `source_schema` holds the raw tables `task` and `task_def`. `domains` are those that a build has
    to find data for; any other is built where it has data. `memory_limit` is in bytes, for DuckDB.
    `source_dsn`, a secret, leads to the PostgreSQL that holds the raw tables, where a DuckDB file
    does not.
    """

    target: Target
    duckdb_path: Path
    source_schema: str
    domains: tuple[str, ...] = ()
    memory_limit: int = field(default_factory=memory_limit)
    source_dsn: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, target: str | None = None) -> "Settings":
        """Read HEADROOM_TARGET and the other variables that README.md lists.

        `target` (a command's --target) wins over HEADROOM_TARGET. Raises UsageError for a target or
        a domain that does not exist, for a schema name that is not a plain lowercase identifier,
        for a wrong memory limit, and for a source that this target cannot read.
        """
        wanted = target or os.environ.get("HEADROOM_TARGET") or "duckdb"
        chosen = next((known for known in TARGETS if known == wanted), None)
        if chosen is None:
            raise UsageError(
                f"target {wanted!r} does not exist", f"choose one of: {', '.join(TARGETS)}"
            )
        # What was installed may be read-only, and belongs to all users.
        home = PROJECT_DIR if IS_CHECKOUT else Path()
        default_path = home / "warehouse" / "headroom.duckdb"
        schema = os.environ.get("HEADROOM_SOURCE_SCHEMA") or DEFAULT_SOURCE_SCHEMA
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise UsageError(
                f"HEADROOM_SOURCE_SCHEMA is {schema!r}",
                "give a schema name of lowercase letters, digits and underscores",
            )
        path = Path(os.environ.get("HEADROOM_DUCKDB_PATH") or default_path).absolute()
        if chosen == "duckdb":
            _refuse_name(path, schema)
        return cls(chosen, path, schema, _named_domains(), source_dsn=_source_dsn(chosen))

    @property
    def source_place(self) -> list[str]:
        """Say which database holds the raw tables beside a DuckDB file; nothing of it is secret."""
        if self.source_dsn is None:
            return []
        from headroom.source import place_in  # noqa: PLC0415

        return place_in(self.source_dsn)

    @property
    def memory_text(self) -> str:
        """Give the memory limit as DuckDB reads it."""
        return f"{self.memory_limit // UNITS['MB']}MB"

    def environment(self) -> dict[str, str]:
        """Give the variables with which a child process (dbt) finds the same places."""
        return {
            **os.environ,
            "DBT_PROFILES_DIR": str(PROFILES_DIR),
            "DO_NOT_TRACK": "1",
            "HEADROOM_TARGET": self.target,
            "HEADROOM_DUCKDB_PATH": str(self.duckdb_path),
            "HEADROOM_SOURCE_SCHEMA": self.source_schema,
            SOURCE_VARIABLE: self.source_dsn or "",
            VARIABLE: self.memory_text,
        }


def own_seeds() -> Path | None:
    """Give the user's own folder whose CSVs win over the project's reference seeds."""
    named = os.environ.get(SEEDS_VARIABLE)
    return Path(named).absolute() if named else None


def _refuse_name(path: Path, source_schema: str) -> None:
    """Raise UsageError where the database of a DuckDB file would have a name that SQL misreads."""
    name = path.stem
    if name.lower() in DUCKDB_NAMES:
        problem = f"DuckDB itself has a database {name.lower()}"
    elif name.lower() == SOURCE_DATABASE:
        problem = f"the database of {SOURCE_VARIABLE} has that name in SQL"
    elif name.lower() in (*OWN_SCHEMAS, source_schema):
        problem = f"a schema in it is named {name.lower()} as well"
    elif not name or re.search(r"[.'\"\x00-\x1f\x7f]", name):
        problem = "a dot, a quote or a control character in its name"
    else:
        return
    raise UsageError(
        f"HEADROOM_DUCKDB_PATH is {str(path)!r}: {problem}",
        "give the file another name, such as headroom.duckdb",
    )


def _source_dsn(target: Target) -> str | None:
    dsn = os.environ.get(SOURCE_VARIABLE)
    if not dsn:
        return None
    if target != "duckdb":
        raise UsageError(
            f"{SOURCE_VARIABLE} is set, and the target is {target}, which reads its own database",
            "unset the variable, or build with --target duckdb",
        )
    # Only who sets the variable waits for the import.
    from headroom.source import options_of  # noqa: PLC0415

    options_of(dsn)
    return dsn


def _named_domains() -> tuple[str, ...]:
    names = [name.strip() for name in os.environ.get("HEADROOM_DOMAINS", "").split(",")]
    named = [name for name in names if name]
    unknown = [name for name in named if name not in DOMAIN_NAMES]
    if unknown:
        raise UsageError(
            f"HEADROOM_DOMAINS names {', '.join(map(repr, unknown))}, which does not exist",
            f"give names with commas between, out of: {', '.join(DOMAIN_NAMES)}",
        )
    return tuple(dict.fromkeys(named))
