"""The analyses as plain SQL: compiled by dbt, with what a question is about left open.

One compilation serves every question: each var of the analyses is compiled as its token, which is
then replaced by a moment that Python made, by an identifier that Python has checked, or by escaped
literals (`fill`). No other text of a user reaches the SQL.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from dbt.constants import PARTIAL_PARSE_FILE_NAME

from headroom.dbt import run_dbt
from headroom.dbt_folders import target_folder
from headroom.errors import BuildFailedError, UsageError
from headroom.settings import Settings

# Places in the SQL, not secrets.
AS_OF_TOKEN = "as-of-moment"  # noqa: S105
RUN_ID_TOKEN = "id-of-the-run"  # noqa: S105
# Each var of the analyses and the token it is compiled as.
TOKENS = {
    "as_of": AS_OF_TOKEN,
    "run_id": RUN_ID_TOKEN,
    "definition": "alias-of-the-definition",
    "effect_change": "name-of-the-change",
    "effect_before_days": "days-before",
    "effect_before_from": "first-day-before",
    "effect_before_until": "last-day-before",
    "effect_after_days": "days-after",
    "effect_after_from": "first-day-after",
    "effect_after_until": "last-day-after",
    "failure_projects": "names-of-projects",
    "failures_from": "start-of-window",
    "failures_until": "end-of-window",
    "failure_lookback_days": "days-of-window",
    "failure_pattern_threshold": "least-failures",
    "failure_type": "type-of-failure",
    "job_name": "name-of-job",
    "owner": "name-of-owner",
    "waste_rule": "rule-of-the-request",
}
LISTS = ("failure_projects",)


def compile_analyses(settings: Settings, names: Iterable[str]) -> dict[str, str]:
    """Give the SQL of each named analysis, with the TOKENS in their places.

    Raises BuildFailedError where dbt cannot compile them.
    """
    wanted = list(names)
    variables = {name: [token] if name in LISTS else token for name, token in TOKENS.items()}
    # To write the manifest takes a fifth of the time, and nobody reads it.
    arguments = ["compile", "--no-introspect", "--no-populate-cache", "--no-write-json", "--quiet"]
    arguments += ["--select", *wanted]
    target = target_folder()
    parsed = target / f"analyses_{settings.target}.msgpack"
    with _folder_in(target) as folder:
        arguments += ["--target-path", str(folder)]
        if parsed.exists():
            arguments += ["--partial-parse-file-path", str(parsed)]
        run = run_dbt(settings, arguments, variables=variables)
        if run.returncode != 0:
            raise BuildFailedError("the analyses do not compile", "\n".join(run.messages))
        files = {path.stem: path for path in (folder / "compiled").rglob("analyses/**/*.sql")}
        # The next question need not wait until dbt has parsed all files again.
        with suppress(OSError):
            (folder / PARTIAL_PARSE_FILE_NAME).replace(parsed)
        return {name: files[name].read_text() for name in wanted}


@contextmanager
def _folder_in(target: Path) -> Iterator[Path]:
    """Make a folder that lives as long as the block: two questions may be asked at once.

    It is below dbt's target folder, if that can be written.
    """
    with suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
    place = target if os.access(target, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="compile-", dir=place) as folder:
        yield Path(folder)


def for_run(sql: str, run_id: str) -> str:
    """Put a run's id into compiled SQL; raise UsageError for what no run id looks like."""
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,200}", run_id):
        raise UsageError(
            f"{run_id!r} is not a run id",
            "a run id holds letters, digits, hyphens, dots, colons and underscores",
        )
    return sql.replace(RUN_ID_TOKEN, run_id)


def fill(sql: str, values: Mapping[str, list[str]]) -> str:
    """Put values in the places of their tokens, as literals; in one pass, so that none is read."""
    tokens = {f"'{TOKENS[name]}'": literals(texts) for name, texts in values.items()}
    pattern = "|".join(re.escape(token) for token in tokens)
    return re.sub(pattern, lambda match: tokens[match.group()], sql)


def literals(texts: list[str]) -> str:
    """Write texts as SQL literals with commas between them."""
    if any("\0" in text for text in texts):
        raise UsageError("a name holds a NUL character", "no database can hold it")
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
