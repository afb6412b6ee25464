"""Run a suite on a batch with Great Expectations: in memory, silently, leaving nothing open."""

import re
from functools import partial
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import ExpectationSuite
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import TestConnectionError
from sqlalchemy.pool import NullPool

from headroom.connection import connect
from headroom.engine_errors import quoted_meaning
from headroom.errors import HeadroomError, WarehouseUnavailableError
from headroom.quality.duckdb_dialect import duckdb_url
from headroom.settings import Settings

# The connection is made by Headroom itself, so the URL holds no address and no secret.
POSTGRES_URL = "postgresql+psycopg://"


def new_context() -> Any:
    """Make a context that writes no file, sends nothing and draws no progress bar."""
    config = DataContextConfig(
        # Without this, a folder for HTML pages is made under the system's temporary folder.
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def validate_values(values: dict[str, str], suite: ExpectationSuite) -> list[Any]:
    """Validate one row of values as a pandas batch; give Great Expectations' results."""
    source = new_context().data_sources.add_pandas("catalogue")
    definition = source.add_dataframe_asset("shape").add_batch_definition_whole_dataframe("all")
    batch = definition.get_batch({"dataframe": pd.DataFrame([values])})
    return list(batch.validate(suite, result_format="BASIC").results)


def validate_table(
    settings: Settings, table: str, columns: list[str], suite: ExpectationSuite
) -> list[Any]:
    """Validate columns of a raw table inside its engine; give Great Expectations' results.

    The batch is a query, so that no column but the named ones is ever asked for. Raises
    WarehouseUnavailableError where the engine refuses a query.
    """
    options: dict[str, Any] = {"poolclass": NullPool}
    if settings.target == "duckdb":
        url = duckdb_url(settings.duckdb_path)
    else:
        url = POSTGRES_URL
        options["creator"] = partial(connect, autocommit=False, read_only=True)
    names = ", ".join(f'"{column}"' for column in columns)
    query = f'select {names} from "{settings.source_schema}"."{table}"'
    try:
        source = new_context().data_sources.add_sql(
            "warehouse", connection_string=url, kwargs=options
        )
        definition = source.add_query_asset(table, query=query).add_batch_definition_whole_table(
            "all"
        )
        results = list(definition.get_batch().validate(suite, result_format="BASIC").results)
    except TestConnectionError as error:
        raise _unreadable(settings, table, str(error.__cause__ or error)) from error
    for result in results:
        if message := _exception_message(result.exception_info):
            raise _unreadable(settings, table, message)
    return results


def _exception_message(info: dict[str, Any] | None) -> str:
    """Find the message of an exception that Great Expectations kept instead of raising it.

    It keeps one for the expectation, or one for each of its metrics.
    """
    info = info or {}
    if "raised_exception" in info:
        return str(info["exception_message"]) if info["raised_exception"] else ""
    return next((m for inner in info.values() if (m := _exception_message(inner))), "")


def _unreadable(settings: Settings, table: str, message: str) -> HeadroomError:
    if known := quoted_meaning(message):
        return type(known)(f"{settings.source_schema}.{table}: {known.message}", known.hint)
    # "(module.Class) what the engine says", then SQLAlchemy's lines: the statement and a link.
    first_line = re.sub(r"^\([\w.]+\) ", "", message.strip().splitlines()[0])
    return WarehouseUnavailableError(
        f"{settings.source_schema}.{table} cannot be read: {first_line}",
        "the gate needs to read the raw tables: check the grants, and try again",
    )
