"""The analyses as plain SQL: compiled by dbt, with the moment and the run left open.

One compilation serves every moment: the vars `as_of` and `run_id` are compiled as tokens, which are
then replaced by a moment that Python made and by an identifier that Python has checked. Further
vars come as tokens too (see headroom.failures.ask). No other text of a user reaches the SQL.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from headroom.dbt import run_dbt
from headroom.errors import BuildFailedError, UsageError
from headroom.settings import Settings

# Places in the SQL, not secrets.
AS_OF_TOKEN = "as-of-moment"  # noqa: S105
RUN_ID_TOKEN = "id-of-the-run"  # noqa: S105


def compile_analyses(
    settings: Settings, names: Iterable[str], further: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Give the SQL of each named analysis, with AS_OF_TOKEN and RUN_ID_TOKEN in their places.

    `further` are more vars, with the tokens that stand for them.
    Raises BuildFailedError where dbt cannot compile them.
    """
    wanted = list(names)
    with tempfile.TemporaryDirectory(prefix="headroom-compile-") as folder:
        arguments = ["compile", "--no-introspect", "--no-populate-cache", "--quiet"]
        variables = json.dumps({"as_of": AS_OF_TOKEN, "run_id": RUN_ID_TOKEN, **(further or {})})
        arguments += ["--target-path", folder, "--vars", variables]
        run = run_dbt(settings, [*arguments, "--select", *wanted])
        if run.returncode != 0:
            raise BuildFailedError("the analyses do not compile", "\n".join(run.messages))
        files = {path.stem: path for path in Path(folder, "compiled").rglob("analyses/**/*.sql")}
        return {name: files[name].read_text() for name in wanted}


def at_moment(sql: str, as_of: datetime | None) -> str:
    """Put the moment into compiled SQL; None means after the last run."""
    moment = as_of or datetime(9999, 1, 1, tzinfo=UTC)
    return sql.replace(AS_OF_TOKEN, moment.astimezone(UTC).isoformat())


def for_run(sql: str, run_id: str) -> str:
    """Put a run's id into compiled SQL; raise UsageError for what no run id looks like."""
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,200}", run_id):
        raise UsageError(
            f"{run_id!r} is not a run id",
            "a run id holds letters, digits, hyphens, dots, colons and underscores",
        )
    return sql.replace(RUN_ID_TOKEN, run_id)
