"""The secret masks of the seed `masks`, put on text before it lands.

Arrow's regular expressions are RE2, as DuckDB's: the time grows with the text, whatever it holds.
"""

import csv
import json
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headroom.hooks.contract import LandedTable
from headroom.settings import PROJECT_DIR

MASKS = PROJECT_DIR / "seeds" / "reference" / "masks.csv"
# In names of images, jobs and nodes `tokenizer:3` is no secret, and a digest tells images apart.
FOR_NAMES = frozenset({"url_password", "aws_key_id"})


@cache
def secret_masks() -> tuple[tuple[str, str, str], ...]:
    """Give name, pattern and placeholder of each mask, in their order."""
    with MASKS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "secret"]
    return tuple(
        (
            row["mask_name"],
            ("(?i)" if row["flags"] == "gi" else "") + row["pattern"],
            row["placeholder"],
        )
        for row in sorted(rows, key=lambda row: int(row["mask_order"]))
    )


def mask_secrets(text: str) -> str:
    """Mask one text."""
    return str(_masked(pa.array([text]), is_name=False)[0].as_py())


def mask_batches(
    table: LandedTable,
    batches: Iterable[pa.RecordBatch],
    free_text: Collection[str],
    longest: int,
) -> list[pa.RecordBatch]:
    """Mask all text of a table, then cut it to `longest` characters; keys are left.

    Columns that are not `free_text` hold names, of which only what is surely a secret is masked.
    """
    return [
        pa.RecordBatch.from_arrays(
            [
                pc.utf8_slice_codeunits(_masked(column, name not in free_text), 0, longest)
                if table.columns[name] == "text" and not name.endswith(("_key", "_uid", "_id"))
                else column
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ],
            schema=batch.schema,
        )
        for batch in batches
    ]


def mask_json(batches: Iterable[pa.RecordBatch], name: str) -> list[pa.RecordBatch]:
    """Mask a column of JSON text, which stays JSON."""
    masked = []
    for batch in batches:
        column = batch.column(name)
        has_secret = pc.not_equal(_masked(column, is_name=False), column)
        texts = [
            _without_secrets(text) if secret else text
            for text, secret in zip(column.to_pylist(), has_secret.to_pylist(), strict=True)
        ]
        place = batch.schema.get_field_index(name)
        masked.append(
            batch.set_column(place, batch.schema.field(name), pa.array(texts, column.type))
        )
    return masked


def _without_secrets(written: str) -> str:
    try:
        return json.dumps(_hidden(json.loads(written), is_secret=False), ensure_ascii=False)
    except RecursionError:
        # Nested too deeply to find the secret: nothing of it is shown.
        return '"***"'


def _hidden(value: Any, is_secret: bool) -> Any:
    """Mask texts, and whatever stands under a name that says that it is secret."""
    if isinstance(value, dict):
        return {
            name: _hidden(inner, is_secret or _names_a_secret(name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_hidden(inner, is_secret) for inner in value]
    if is_secret and value is not None:
        return "***"
    return mask_secrets(value) if isinstance(value, str) else value


@lru_cache(1000)
def _names_a_secret(name: str) -> bool:
    return mask_secrets(f"{name}=x") != f"{name}=x"


def _masked(column: pa.Array, is_name: bool) -> pa.Array:
    for name, pattern, placeholder in secret_masks():
        if not is_name or name in FOR_NAMES:
            column = pc.replace_substring_regex(column, pattern, placeholder)
    return column
