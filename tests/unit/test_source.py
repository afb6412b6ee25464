"""HEADROOM_SOURCE_DSN: read in every form, refused without being told."""

from pathlib import Path

import duckdb
import pytest

from headroom import source
from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.settings import Settings

SECRET = "hunter2"  # noqa: S105


@pytest.mark.parametrize(
    "dsn",
    [
        f"host=flotilla.example.com port=6432 dbname=flotilla user=reader password={SECRET}",
        f"postgresql://reader:{SECRET}@flotilla.example.com:6432/flotilla",
    ],
)
def test_either_form_is_read(dsn: str) -> None:
    options = source.options_of(dsn)
    assert (options["host"], options["password"]) == ("flotilla.example.com", SECRET)
    said = ["host=flotilla.example.com", "port=6432", "dbname=flotilla"]
    assert source.place_in(dsn) == said
    settings = Settings("duckdb", Path("unused"), "flotilla", source_dsn=dsn)
    assert settings.source_place == said
    assert SECRET not in repr(settings)


def test_another_text_is_refused_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_SOURCE_DSN", f"reader {SECRET}")
    with pytest.raises(UsageError, match="HEADROOM_SOURCE_DSN is not a connection") as error:
        Settings.from_environment("duckdb")
    assert SECRET not in error.value.message + error.value.hint


def test_a_warehouse_on_a_server_reads_its_own_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_SOURCE_DSN", "host=flotilla.example.com")
    with pytest.raises(UsageError, match="the target is postgres"):
        Settings.from_environment("postgres")


def test_a_file_may_not_have_the_name_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_DUCKDB_PATH", "flotilla_source.duckdb")
    with pytest.raises(UsageError, match="HEADROOM_DUCKDB_PATH"):
        Settings.from_environment("duckdb")


def test_the_extension_of_another_version_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert source.require_extension().exists()
    monkeypatch.setattr(duckdb, "__version__", "0.1")
    with pytest.raises(WarehouseUnavailableError, match="extension for PostgreSQL") as error:
        source.require_extension()
    assert error.value.hint == "install duckdb-extension-postgres-scanner==0.1"


def test_nothing_of_a_secret_stands_in_an_error() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException) as error:
        source.attach_source(
            connection, f"host=127.0.0.1 port=1 user=it's password={SECRET}'", "flotilla"
        )
    assert SECRET not in str(error.value)
