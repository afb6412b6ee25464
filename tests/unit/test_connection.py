"""One connection: the gate, the loads, the reports and dbt reach the same PostgreSQL database."""

import getpass
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from dbt.adapters.contracts.connection import Connection
from dbt.adapters.postgres.connections import PostgresConnectionManager, PostgresCredentials
from dbt.config.profile import read_profile
from dbt.config.renderer import ProfileRenderer
from dbt.exceptions import DbtRuntimeError
from dbt_common.context import set_invocation_context
from psycopg.conninfo import conninfo_to_dict

from headroom.connection import SECRET_VARIABLE, Address, address_of, connect
from headroom.dbt import dbt_environment
from headroom.errors import WarehouseUnavailableError
from headroom.quality import check_source
from headroom.settings import PROFILES_DIR, Settings
from headroom.throwaway_postgres import throwaway_database
from headroom.warehouse import open_warehouse, place_of

SETTINGS = Settings("postgres", Path("unused"), "flotilla")
REACHED = "select current_database(), current_user, current_setting('statement_timeout')"
Reached = tuple[str, str, str]


@dataclass
class Server:
    """A database of our own: where it is, and how the environment of this process is set."""

    host: str
    port: str
    user: str
    database: str
    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def environ(self, **variables: str) -> None:
        """Set libpq's variables; `{port}` and the like stand for the parts of the address."""
        for name, text in variables.items():
            self.monkeypatch.setenv(name, text.format(**vars(self)))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text.format(**vars(self)), encoding="utf-8")
        path.chmod(0o600)


@pytest.fixture
def server(postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for option in psycopg.pq.Conninfo.get_defaults():
        if option.envvar:
            monkeypatch.delenv(option.envvar.decode(), raising=False)
    # Nothing of the person who runs the tests.
    monkeypatch.setenv("HOME", str(tmp_path))
    with throwaway_database(postgres_dsn) as variables:
        parts = conninfo_to_dict(postgres_dsn)
        if parts.get("password"):
            monkeypatch.setenv("PGPASSWORD", str(parts["password"]))
        yield Server(
            variables["PGHOST"],
            variables["PGPORT"],
            variables["PGUSER"],
            variables["PGDATABASE"],
            monkeypatch,
            tmp_path,
        )


def reached_by_headroom() -> Reached:
    with open_warehouse(SETTINGS) as warehouse:
        row = warehouse.query(REACHED).rows[0]
    return (row[0], row[1], row[2])


def reached_by_dbt(environment: Mapping[str, str]) -> Reached:
    """Connect as dbt does, by the project's profile, in another environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        set_invocation_context(os.environ)
        written = read_profile(str(PROFILES_DIR))["headroom"]["outputs"]["postgres"]
        rendered = PostgresCredentials.translate_aliases(ProfileRenderer({}).render_data(written))
        PostgresCredentials.validate(rendered)
        connection = Connection("postgres", "test", PostgresCredentials.from_dict(rendered))
        handle = PostgresConnectionManager.open(connection).handle
    try:
        cursor = handle.cursor()
        cursor.execute(REACHED)
        row: Reached = cursor.fetchone()
        return row
    finally:
        handle.close()


def by_defaults(server: Server) -> None:
    """Neither a database nor an own user's name: the database is named as the user."""
    server.environ(PGHOST="{host}", PGPORT="{port}", PGUSER="{user}")


def by_service(server: Server) -> None:
    service = "[own]\nhost={host}\nport={port}\nuser={user}\ndbname={database}\n"
    server.write("services", service + "options=-c statement_timeout=77s\n")
    server.environ(PGSERVICE="own", PGSERVICEFILE=f"{server.folder}/services")
    # A service file comes before the variables.
    server.environ(PGDATABASE="another", PGHOST="nowhere.invalid", PGUSER="nobody")


def by_several_hosts(server: Server) -> None:
    server.environ(PGHOST="{host},{host}", PGPORT="1,{port}", PGUSER="{user}")
    server.environ(PGDATABASE="{database}", PGCONNECT_TIMEOUT="3")


def by_address(server: Server) -> None:
    server.environ(PGHOST="a-name-without-address", PGHOSTADDR="{host}", PGPORT="{port}")
    server.environ(PGUSER="{user}", PGDATABASE="{database}")


def by_options(server: Server) -> None:
    server.environ(PGHOST="{host}", PGPORT="{port}", PGUSER="{user}", PGDATABASE="{database}")
    server.environ(PGOPTIONS="-c statement_timeout=88s")


@pytest.mark.parametrize(
    "given", [by_defaults, by_service, by_several_hosts, by_address, by_options]
)
def test_dbt_works_on_the_database_that_the_loads_work_on(
    server: Server, given: Callable[[Server], None]
) -> None:
    given(server)
    expected = server.user if given is by_defaults else server.database
    reached = reached_by_headroom()
    assert reached[:2] == (expected, server.user)
    assert reached == reached_by_dbt(dbt_environment(SETTINGS))


@pytest.mark.parametrize("given", [by_defaults, by_address, by_options])
def test_plain_dbt_works_there_as_well(server: Server, given: Callable[[Server], None]) -> None:
    given(server)
    assert reached_by_dbt(dict(os.environ)) == reached_by_headroom()


def test_plain_dbt_refuses_a_service_file_which_a_profile_cannot_read(server: Server) -> None:
    by_service(server)
    with pytest.raises(DbtRuntimeError, match="PGSERVICE is set: run headroom build"):
        reached_by_dbt(dict(os.environ))


def test_the_user_is_that_of_the_system_where_no_variable_names_one(server: Server) -> None:
    if os.environ.get("HEADROOM_TEST_DSN"):
        pytest.skip("no role is made on a server that somebody named")
    server.environ(PGHOST="{host}", PGPORT="{port}", PGUSER="{user}", PGDATABASE="{database}")
    person = getpass.getuser()
    with connect() as connection:
        roles = connection.execute("select rolname from pg_roles").fetchall()
        if (person,) not in roles:
            connection.execute(f'create role "{person}" login'.encode())
    server.monkeypatch.delenv("PGUSER")
    for name in ("USER", "LOGNAME"):
        server.monkeypatch.delenv(name, raising=False)
    assert reached_by_headroom()[:2] == (server.database, person)
    assert reached_by_dbt(dbt_environment(SETTINGS)) == reached_by_headroom()
    with pytest.raises(DbtRuntimeError, match="PGUSER"):
        reached_by_dbt(dict(os.environ))
    server.environ(USER=person)
    assert reached_by_dbt(dict(os.environ)) == reached_by_headroom()


def test_a_password_reaches_dbt_only_as_a_secret(server: Server) -> None:
    server.environ(PGHOST="{host}", PGPORT="{port}", PGUSER="{user}", PGDATABASE="{database}")
    server.write("passwords", "{host}:{port}:{database}:{user}:of the file\n")
    server.environ(PGPASSFILE=f"{server.folder}/passwords")
    server.monkeypatch.delenv("PGPASSWORD", raising=False)
    environment = dbt_environment(SETTINGS)
    assert environment[SECRET_VARIABLE] == "of the file"
    assert "PGPASSWORD" not in environment
    server.environ(PGPASSWORD="of the variable")
    environment = dbt_environment(SETTINGS)
    assert [name for name, text in environment.items() if text == "of the variable"] == [
        SECRET_VARIABLE
    ]
    assert "of the variable" not in place_of(SETTINGS)


def test_a_place_names_what_was_reached(server: Server) -> None:
    by_service(server)
    with connect() as connection:
        address = address_of(connection)
    assert address == Address(server.host, int(server.port), server.database, server.user)
    assert place_of(SETTINGS) == (
        f"PostgreSQL database {server.database} "
        f"(host {server.host}, port {server.port}, user {server.user})"
    )


def test_the_gate_reads_there_in_utc(server: Server) -> None:
    by_service(server)
    with open_warehouse(SETTINGS) as warehouse:
        warehouse.execute(
            "create schema flotilla; create view flotilla.task_def as select 1 as cpu"
        )
        assert warehouse.scalar("show timezone") == "UTC"
    found = {finding.subject: finding.success for finding in check_source(SETTINGS).findings}
    assert (found["task"], found["task_def"], found["task_def.cpu"]) == (False, True, True)


def test_a_server_that_does_not_answer_is_a_sentence(server: Server) -> None:
    server.environ(PGHOST="127.0.0.1", PGPORT="1", PGPASSWORD="hidden")
    for ask in (lambda: dbt_environment(SETTINGS), lambda: place_of(SETTINGS)):
        with pytest.raises(WarehouseUnavailableError, match="PostgreSQL does not answer") as error:
            ask()
        assert "hidden" not in error.value.message + error.value.hint
