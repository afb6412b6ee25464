"""Masks hide secrets and leave prose: Python's, and those of both engines, which are one seed."""

import string
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.landed.masks import masked
from headroom.seeds import read_seed
from headroom.settings import Target
from tests.support.corpora import Planted, planted, sentences
from tests.support.macros import Macros

SEED_COLUMNS = ["mask_name", "kind", "flags", "pattern", "placeholder", "hint", "part", "step"]
Masking = Callable[[Sequence[str]], list[str]]


def seed_rows() -> list[tuple[Any, ...]]:
    """Give the seed as the macro `masks` does."""
    rows = sorted(read_seed("masks"), key=lambda row: int(row["mask_order"]))
    return [
        tuple(int(row[name]) if name in ("part", "step") else row[name] for name in SEED_COLUMNS)
        for row in rows
    ]


def sql_of(engine: Target, text: str) -> str:
    """Give what the macro makes of a text."""
    return str(Macros(engine, "masks", "cross_db").apply_masks(text, seed_rows(), "secret"))


def by_python(texts: Sequence[str]) -> list[str]:
    return list(masked(pa.array(texts)).to_pylist())


def by_duckdb(texts: Sequence[str]) -> list[str]:
    with duckdb.connect() as connection:
        connection.register("texts", pa.table({"place": range(len(texts)), "text": texts}))
        query = f"select {sql_of('duckdb', 'text')} from texts order by place"
        return [row[0] for row in connection.execute(query).fetchall()]


@pytest.fixture(scope="module")
def by_postgres(postgres_dsn: str) -> Masking:
    def mask(texts: Sequence[str]) -> list[str]:
        with psycopg.connect(postgres_dsn) as connection:
            query = (
                f"select {sql_of('postgres', 'words.text')}"
                " from unnest(%s::text[]) with ordinality as words (text, place) order by place"
            )
            query = query.replace("%", "%%").replace("%%s::", "%s::")
            return [row[0] for row in connection.execute(query, [list(texts)]).fetchall()]

    return mask


@pytest.fixture(params=["python", "duckdb", "postgres"])
def mask(request: pytest.FixtureRequest) -> Masking:
    if request.param == "postgres":
        return request.getfixturevalue("by_postgres")  # type: ignore[no-any-return]
    return {"python": by_python, "duckdb": by_duckdb}[request.param]


def parts_of(case: Planted) -> set[str]:
    """Give the secrets of a text, and of long ones each part of eight characters."""
    return {
        secret[place : place + 8]
        for secret in case.secrets
        for place in range(max(len(secret) - 7, 1))
    }


def test_the_corpora_are_large_and_of_distinct_forms() -> None:
    assert len({case.form for case in planted()}) == len(planted()) >= 150
    assert len(set(sentences())) == len(sentences()) >= 230
    for case in planted():
        assert all(secret in case.text for secret in case.secrets), case.form
        assert not any(part in case.shown for part in parts_of(case)), case.form


def test_planted_secrets_are_hidden(mask: Masking) -> None:
    found = mask([case.text for case in planted()])
    assert dict(zip(planted(), found, strict=True)) == {case: case.shown for case in planted()}


def test_ordinary_sentences_stay_as_they_are(mask: Masking) -> None:
    assert mask(sentences()) == list(sentences())


def test_what_was_masked_is_left_by_a_second_mask(mask: Masking) -> None:
    shown = [case.shown for case in planted()]
    assert mask(shown) == shown


def test_a_secret_is_hidden_within_a_longer_log() -> None:
    texts = [f"2025-11-21 starting\n{case.text}\nends with exit code 1" for case in planted()]
    for case, shown in zip(planted(), by_python(texts), strict=True):
        assert not [secret for secret in case.secrets if secret in shown], case.form


WORDS = sorted({word for sentence in sentences() for word in sentence.split() if word.isalpha()})
PROSE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
PLAIN = st.text(string.ascii_lowercase, min_size=1, max_size=15)


@settings(max_examples=10)
@given(st.lists(st.one_of(PROSE, PLAIN), min_size=1, max_size=20))
def test_no_two_texts_of_plain_words_become_one(texts: list[str]) -> None:
    """A word of small letters is not a secret, also not behind "token", "secret" or "password"."""
    told = [f"{noun} {text}" for noun in ("token", "secret", "the password") for text in texts]
    assert by_python(told) == told
