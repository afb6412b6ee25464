"""Text is stored as it was written, or refused with a sentence: whatever encoding is set where."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from headroom.connection import variables_for_dbt
from headroom.errors import WarehouseUnavailableError
from headroom.loads.failures import Options, load_failures
from headroom.pull import read_last_pull
from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import open_warehouse
from tests.support.parse import DATABASE
from tests.support.project import TABLES, Project
from tests.support.raw import definition_row, run_row, write_raw

UNICODE = PROJECT_DIR / "tests" / "cases" / "pods" / "pods_unicode.json"
NAMES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
SETTINGS = Settings("postgres", Path("unused"), "flotilla")
PULL = ("run", "--select", "base_flotilla__task_pulled")
LENGTH = "select char_length(message) from headroom_landed.landed_pods"


@contextmanager
def database(
    dsn: str, encoding: str, monkeypatch: pytest.MonkeyPatch, name: str = "headroom_test_encoding"
) -> Iterator[None]:
    """Make a database with an encoding, and lead libpq there."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())
        made = f"create database \"{name}\" encoding '{encoding}' locale 'C' template template0"
        connection.execute(made.encode())
    for key, value in conninfo_to_dict(dsn).items():
        if key in NAMES:
            monkeypatch.setenv(NAMES[key], str(value))
    monkeypatch.setenv("PGDATABASE", name)
    try:
        yield
    finally:
        with psycopg.connect(make_conninfo(dsn), autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())


def load(path: Path) -> None:
    tally = load_failures(SETTINGS, [str(path)], Options())
    assert tally.is_clean, tally.shown


def with_message(folder: Path, message: str) -> Path:
    document = json.loads(UNICODE.read_text(encoding="utf-8"))
    (status,) = document["items"][0]["status"]["containerStatuses"]
    status["state"]["terminated"]["message"] = message
    path = folder / "pods.json"
    path.write_text(json.dumps(document))
    return path


def stored() -> list[tuple[int]]:
    with open_warehouse(SETTINGS, read_only=True) as warehouse:
        return warehouse.query(LENGTH).rows


@pytest.mark.parametrize("client", ["LATIN1", "SQL_ASCII", "WIN1252", "EUC_JP"])
def test_the_encoding_of_the_client_changes_nothing(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    with database(postgres_dsn, "UTF8", monkeypatch):
        monkeypatch.setenv("PGCLIENTENCODING", client)
        load(UNICODE)
        assert stored() == [(26,)]
        assert variables_for_dbt({"PGCLIENTENCODING": client})["PGCLIENTENCODING"] == "UTF8"


@pytest.mark.parametrize("server", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_lacks_a_character_refuses_the_load(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: str
) -> None:
    with database(postgres_dsn, server, monkeypatch):
        with pytest.raises(WarehouseUnavailableError, match=r"nothing of this load was stored"):
            load(UNICODE)
        load(with_message(tmp_path, "Memory exhausted"))
        assert stored() == [(16,)]
        if server == "LATIN1":
            load(with_message(tmp_path, "Speicher ersch\u00f6pft"))
            assert stored() == [(18,)]


def test_a_run_whose_text_is_no_utf8_is_set_aside(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server with the encoding SQL_ASCII keeps any bytes; no client could read them."""
    name = "headroom_test_encoding_pull".ljust(len(DATABASE), "_")[: len(DATABASE)]
    with database(postgres_dsn, "SQL_ASCII", monkeypatch, name):
        place = {key: value for key, value in os.environ.items() if key.startswith("PG")}
        project = Project(SETTINGS, {**place, "DBT_TARGET_PATH": str(tmp_path)})
        write_raw(SETTINGS, [run_row(f"eks-{number}") for number in range(4)], [definition_row()])
        project.execute("update flotilla.task set alias = 'caf\u00e9 \u20ac \U0001f680'")
        project.dbt("build", *TABLES, "--select", "+stg_flotilla__runs")
        broken = "convert_from('\\x63e9', 'SQL_ASCII')"
        project.execute(
            f"update flotilla.task set alias = {broken} where run_id = 'eks-1';"
            f"update flotilla.task set run_id = {broken} where run_id = 'eks-2'"
        )
        project.dbt(*PULL)
        pulled = read_last_pull(SETTINGS)
        assert pulled
        assert pulled.quarantined == (
            ("c\\351", "run_id is not UTF-8"),
            ("eks-1", "alias is not UTF-8"),
        )
        copied = (
            "select run_id, alias, is_quarantined"
            " from headroom_staging.base_flotilla__task_pulled order by 1"
        )
        whole = "caf\u00e9 \u20ac \U0001f680"
        assert project.query(copied) == [
            ("eks-0", whole, False),
            ("eks-1", whole, True),
            ("eks-3", whole, False),
        ]
        project.execute(f"update flotilla.task_def set alias = {broken}")
        project.dbt(*PULL, succeeds=False)
