"""The secret masks of the seed `masks`, put on text before it lands.

Arrow's regular expressions are RE2, as DuckDB's: the time grows with the text, whatever it holds.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headroom.landed.contract import LandedTable
from headroom.seeds import read_seed

# What the masks of kind `keep` put into a word, so that no mask of a secret finds it; taken out
# again at the end. The macro `kept_sign` says the same.
KEPT = "<~>"
HIDDEN = "***"
KEYS = ("_key", "_uid", "_id", "_md5", "_hash")


@dataclass(frozen=True)
class Step:
    """The masks of one step as one pattern: where it is found, `placeholder` stands."""

    pattern: str
    placeholder: str


@dataclass(frozen=True)
class Part:
    """The steps for one kind of form; a text in which no hint is found holds none of it."""

    hints: tuple[str, ...]
    steps: tuple[Step, ...]


@cache
def secret_parts(*, is_name: bool = False) -> tuple[Part, ...]:
    """Give the masks of secrets in their order: those for free text, or those for names.

    The macro `apply_masks` makes the same of the seed.
    """
    rows = [row for row in _rows() if row["in_names"] == "true" or not is_name]
    return tuple(
        Part(
            _hints(part),
            tuple(_step(list(step)) for _, step in groupby(part, lambda row: row["step"])),
        )
        for part in (list(group) for _, group in groupby(rows, lambda row: row["part"]))
    )


def _hints(rows: list[dict[str, str]]) -> tuple[str, ...]:
    """Give the words as one pattern, and each hint that is a pattern itself."""
    hints = dict.fromkeys(row["hint"] for row in rows if row["hint"])
    words = dict.fromkeys(word for hint in hints if "[" not in hint for word in hint.split("|"))
    patterns = [hint for hint in hints if "[" in hint]
    return ("(?i)" + "|".join(map(re.escape, words)), *patterns)


def _step(rows: list[dict[str, str]]) -> Step:
    """Join patterns as alternatives; each has as many groups as its placeholder names."""
    placeholder = rows[0]["placeholder"]
    sign = KEPT if KEPT in placeholder else HIDDEN
    groups = placeholder.count("\\")
    numbers = range(1, len(rows) * groups + 1)
    before = "".join(f"\\{number}" for number in numbers[::groups])
    behind = "".join(f"\\{number}" for number in numbers[1::groups]) if groups > 1 else ""
    flags = "(?i)" if rows[0]["flags"] == "gi" else ""
    return Step(flags + "|".join(row["pattern"] for row in rows), before + sign + behind)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    rows = [row for row in read_seed("masks") if row["kind"] != "parameter"]
    return tuple(sorted(rows, key=lambda row: int(row["mask_order"])))


@lru_cache(1000)
def mask_secrets(text: str) -> str:
    """Mask one text; many at once are faster in a column, as Arrow compiles patterns each time."""
    if not any(hint.search(text) for hint in _compiled_hints()):
        return text
    return str(masked(pa.array([text]))[0].as_py())


@cache
def _compiled_hints() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(hint) for part in secret_parts() for hint in part.hints)


def mask_batches(
    table: LandedTable, batches: Iterable[pa.RecordBatch], longest: int | None = None
) -> list[pa.RecordBatch]:
    """Mask all text of a table, then cut it to `longest` characters; keys and ids are left.

    Columns that are not `free_text` hold names, in which only what is surely a secret is masked.
    """
    return [
        pa.RecordBatch.from_arrays(
            [
                _shown(column, name in table.free_text, longest)
                if table.columns[name] == "text" and not name.endswith(KEYS)
                else column
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ],
            schema=batch.schema,
        )
        for batch in batches
    ]


def _shown(column: pa.Array, is_free_text: bool, longest: int | None) -> pa.Array:
    shown = mask_names(column, is_name=not is_free_text)
    return shown if longest is None else pc.utf8_slice_codeunits(shown, 0, longest)


def mask_names(column: pa.Array, *, is_name: bool = True) -> pa.Array:
    """Mask a column of texts that come again, as names do: each is looked at once."""
    names = column.dictionary_encode()
    shown = masked(names.dictionary, is_name=is_name)
    return column if shown.equals(names.dictionary) else shown.take(names.indices)


def mask_json(batches: Iterable[pa.RecordBatch], name: str) -> list[pa.RecordBatch]:
    """Mask a column of JSON text, which stays JSON."""
    result = []
    for batch in batches:
        column = batch.column(name)
        suspect = pc.fill_null(pc.match_substring_regex(column, _any_hint()), False)
        if not pc.any(suspect).as_py():
            result.append(batch)
            continue
        texts = [
            _without_secrets(text) if text is not None and is_suspect else text
            for text, is_suspect in zip(column.to_pylist(), suspect.to_pylist(), strict=True)
        ]
        place = batch.schema.get_field_index(name)
        result.append(
            batch.set_column(place, batch.schema.field(name), pa.array(texts, column.type))
        )
    return result


@cache
def _any_hint() -> str:
    """Give the hints of all parts as one pattern: a text is gone through once."""
    hints = (hint.removeprefix("(?i)") for part in secret_parts() for hint in part.hints)
    return "(?i)" + "|".join(hints)


def _without_secrets(written: str) -> str:
    try:
        value = json.loads(written)
        shown = _hidden(value, is_secret=False)
        return written if shown == value else json.dumps(shown, ensure_ascii=False)
    except RecursionError:
        # Nested too deeply to find the secret: nothing of it is shown.
        return json.dumps(HIDDEN)


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
        return HIDDEN
    return mask_secrets(value) if isinstance(value, str) else value


@lru_cache(1000)
def _names_a_secret(name: str) -> bool:
    return mask_secrets(f"{name}=x") != f"{name}=x"


def masked(column: pa.Array, *, is_name: bool = False) -> pa.Array:
    """Mask a column of text: only the texts that a hint is found in are looked at closely."""
    shown = column
    for part in secret_parts(is_name=is_name):
        suspect = _is_suspect(column, part)
        if not pc.any(suspect).as_py():
            continue
        texts = shown.filter(suspect)
        for step in part.steps:
            texts = pc.replace_substring_regex(texts, step.pattern, step.placeholder)
        shown = pc.replace_with_mask(shown, suspect, texts)
    return shown if shown is column else pc.replace_substring(shown, KEPT, "")


def _is_suspect(column: pa.Array, part: Part) -> pa.Array:
    """Say of each text whether a hint of a part is found in it."""
    found = (pc.match_substring_regex(column, hint) for hint in part.hints)
    return pc.fill_null(reduce(pc.or_, found), False)
