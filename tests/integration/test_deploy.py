"""The files under deploy/: the roles let Headroom work, and let nobody do more."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

from headroom.quality.contract import COLUMNS
from headroom.settings import MARTS_SCHEMA, PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.project import OWN_SCHEMAS, TABLES, Project
from tests.support.raw import definition_row, run_row, write_raw

ROLES_SQL = (PROJECT_DIR / "deploy" / "roles.sql").read_text(encoding="utf-8")
NAMES = ("headroom_reader", "headroom_builder", "headroom_bi")
# Flotilla's tables, its snapshot, and all seeds: every way in which dbt makes a table.
EACH_KIND = (
    "--exclude",
    "path:models/*/builds",
    "path:models/*/failures",
    "path:models/*/throughput",
)
HIDDEN = '{"TOKEN": "do-not-read"}'


@dataclass(frozen=True)
class Deployment:
    """A source that its owner filled, and what each role needs to log in."""

    owner: Project
    builder: Project
    logins: dict[str, str]

    def run_as(self, role: str, sql: str) -> None:
        with psycopg.connect(self.logins[role], autocommit=True) as connection:
            connection.execute(sql.encode())


@pytest.fixture(scope="module")
def deployment(postgres_dsn: str, make_project: MakeProject) -> Iterator[Deployment]:
    suffix, password = uuid4().hex[:12], uuid4().hex
    names = {name: f"{name}_{suffix}" for name in NAMES}
    script = ROLES_SQL
    for name, unique_name in names.items():
        script = script.replace(f"'{name}'", f"'{unique_name}'")
    try:
        with make_project("postgres", "deployed") as owner:
            with owner.in_environment():
                write_raw(
                    owner.settings, [run_row("eks-1", env=HIDDEN)], [definition_row(env=HIDDEN)]
                )
            owner.execute(script)
            owner.execute(script)  # again: it changes nothing
            logins = {}
            for name, role in names.items():
                # The reader cannot log in; the test lets it.
                owner.execute(f"alter role \"{role}\" login password '{password}'")
                place = {
                    "dbname": owner.variables["PGDATABASE"],
                    "user": role,
                    "password": password,
                }
                logins[name] = make_conninfo(postgres_dsn, **place)
            login = {"PGUSER": names["headroom_builder"], "PGPASSWORD": password}
            yield Deployment(owner, replace(owner, variables={**owner.variables, **login}), logins)
    finally:
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            for name in names.values():
                connection.execute(f'drop role if exists "{name}"'.encode())


@pytest.fixture(scope="module")
def built(deployment: Deployment) -> Deployment:
    """The first build; then of each kind of table: nothing new, and made again in full."""
    outcome = deployment.builder.headroom("build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    for further in ([], ["--full-refresh"]):
        deployment.builder.dbt("build", *TABLES, *EACH_KIND, *further)
    return deployment


def test_the_builder_needs_no_more_than_its_grants(built: Deployment) -> None:
    assert built.owner.query("select run_id from marts.flotilla__runs") == [("eks-1",)]
    for arguments in (["report", "impact"], ["report", "bug"], ["doctor"]):
        outcome = built.builder.headroom(*arguments)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_schema_of_the_project_is_the_builders(built: Deployment) -> None:
    rows = built.owner.query("select nspname, pg_get_userbyid(nspowner) from pg_namespace")
    owners = {schema: owner for schema, owner in rows}
    assert {owners[schema] for schema in OWN_SCHEMAS} == {built.builder.variables["PGUSER"]}


def test_bi_reads_every_mart(built: Deployment) -> None:
    marts = built.owner.query(
        f"select table_name from information_schema.tables where table_schema = '{MARTS_SCHEMA}'"
    )
    assert marts
    for (mart,) in marts:
        built.run_as("headroom_bi", f"select count(*) from {MARTS_SCHEMA}.{mart}")


@pytest.mark.skipif(shutil.which("psql") is None, reason="no psql on this machine")
def test_psql_shows_a_mart_and_its_comments_to_bi(built: Deployment) -> None:
    asked = ("\\d+ marts.flotilla__runs", "select run_id from marts.flotilla__runs")
    commands = [word for command in asked for word in ("-c", command)]
    login = built.logins["headroom_bi"]
    outcome = subprocess.run(
        ["psql", "--no-psqlrc", login, *commands], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    assert re.search(r"^ memory_mb .*\| .*MB", outcome.stdout, re.M)
    assert "eks-1" in outcome.stdout


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("headroom_bi", "select count(*) from headroom_staging.stg_flotilla__runs"),
        ("headroom_bi", "select count(*) from headroom_intermediate.int_flotilla__runs_hashed"),
        ("headroom_bi", "select run_id from flotilla.task"),
        ("headroom_bi", "delete from marts.flotilla__runs"),
        ("headroom_bi", "create table marts.mine (a integer)"),
        ("headroom_reader", "select env from flotilla.task"),
        ("headroom_reader", "select count(*) from marts.flotilla__runs"),
        ("headroom_reader", "create schema mine"),
        ("headroom_builder", "select env from flotilla.task"),
        ("headroom_builder", "select env from flotilla.task_def"),
        ("headroom_builder", "select * from flotilla.task"),
        ("headroom_builder", "delete from flotilla.task"),
        ("headroom_builder", "update flotilla.task_def set memory = 1"),
        ("headroom_builder", "create table flotilla.mine (a integer)"),
    ],
)
def test_no_role_may_do_more(built: Deployment, role: str, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        built.run_as(role, statement)


def test_the_reader_reads_what_it_was_given(built: Deployment) -> None:
    built.run_as("headroom_reader", 'select run_id, "user" from flotilla.task')


def test_a_grant_that_is_revoked_stops_the_build_and_keeps_the_marts(built: Deployment) -> None:
    kept = built.owner.query("select * from marts.flotilla__runs")
    reader = conninfo_to_dict(built.logins["headroom_reader"])["user"]
    built.owner.execute(f'revoke all on flotilla.task from "{reader}"')
    outcome = built.builder.headroom("build")
    said = " ".join(outcome.stderr.split())
    assert outcome.returncode == 3, said
    assert "flotilla.task may not be read by this user" in said
    assert "Traceback" not in said
    assert built.owner.query("select * from marts.flotilla__runs") == kept


@pytest.mark.parametrize("table", COLUMNS)
def test_the_granted_columns_are_those_of_the_sources(table: str) -> None:
    listed = re.search(rf"\b{table}_columns constant text\[\] := array\[(.*?)\]", ROLES_SQL, re.S)
    assert listed
    assert set(re.findall(r"'(\w+)'", listed[1])) == set(COLUMNS[table])


def test_every_schema_of_the_project_is_granted() -> None:
    assert all(f"'{schema}'" in ROLES_SQL for schema in OWN_SCHEMAS)


def test_no_file_of_the_deployment_holds_a_secret() -> None:
    for path in Path(PROJECT_DIR, "deploy").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"password['\"]?\s*[:=]\s*['\"]?\w{6,}", text, re.I), path
