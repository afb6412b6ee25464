"""The analyses as plain SQL: compiled by dbt, with the as-of moment left open.

One compilation serves every moment: the var `as_of` is compiled as a token, which is then replaced
by a moment that Python made. No text of a user reaches the SQL.
"""

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from headroom.dbt import run_dbt
from headroom.errors import BuildFailedError
from headroom.settings import Settings

AS_OF_TOKEN = "as-of-moment"  # noqa: S105  (a place in the SQL, not a secret)


def compile_analyses(settings: Settings, names: Iterable[str]) -> dict[str, str]:
    """Give the SQL of each named analysis, with AS_OF_TOKEN where the moment goes.

    Raises BuildFailedError where dbt cannot compile them.
    """
    wanted = list(names)
    with tempfile.TemporaryDirectory(prefix="headroom-compile-") as folder:
        arguments = ["compile", "--no-introspect", "--no-populate-cache", "--quiet"]
        arguments += ["--target-path", folder, "--vars", f'{{"as_of": "{AS_OF_TOKEN}"}}']
        run = run_dbt(settings, [*arguments, "--select", *wanted])
        if run.returncode != 0:
            raise BuildFailedError("the analyses do not compile", "\n".join(run.messages))
        files = {path.stem: path for path in Path(folder, "compiled").rglob("analyses/**/*.sql")}
        return {name: files[name].read_text() for name in wanted}


def at_moment(sql: str, as_of: datetime | None) -> str:
    """Put the moment into compiled SQL; None means after the last run."""
    moment = as_of or datetime(9999, 1, 1, tzinfo=UTC)
    return sql.replace(AS_OF_TOKEN, moment.astimezone(UTC).isoformat())
