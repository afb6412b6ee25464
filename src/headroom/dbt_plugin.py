"""What dbt-duckdb calls for each connection (profiles/profiles.yml): it attaches Flotilla's server.

dbt would write an `attach` of the profile, and what it reads of the environment there, into its
logs and files. Here it sees neither.
"""

import os
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from headroom.errors import HeadroomError
from headroom.settings import DEFAULT_SOURCE_SCHEMA, SOURCE_VARIABLE


class Plugin(BasePlugin):
    """Attaches the server that HEADROOM_SOURCE_DSN names, if it names one."""

    def configure_connection(self, conn: Any) -> None:
        """Attach it; raises DbtRuntimeError where that fails."""
        # What needs psycopg is imported only here: dbt alone does without it.
        if dsn := os.environ.get(SOURCE_VARIABLE):
            from headroom.source import attach_source  # noqa: PLC0415

            schema = os.environ.get("HEADROOM_SOURCE_SCHEMA") or DEFAULT_SOURCE_SCHEMA
            try:
                attach_source(conn, dsn, schema)
            except (HeadroomError, duckdb.Error) as error:
                raise DbtRuntimeError(f"{SOURCE_VARIABLE}: {error}") from error
