"""What is not allowed is not asked for, and what a user gives is a literal, never SQL."""

from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.diagnosis.access import Scope, allowed_projects, scope_of
from headroom.diagnosis.ask import Inquiry
from headroom.errors import UsageError
from headroom.report.compiled import TOKENS, fill, literals

NAMES = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (None, None),
        ("*", None),
        ("a,*", None),
        ("a", ("a",)),
        (" a , b ,, a", ("a", "b")),
        ("o'brien", ("o'brien",)),
    ],
)
def test_what_the_variable_allows(
    monkeypatch: pytest.MonkeyPatch, text: str | None, allowed: tuple[str, ...] | None
) -> None:
    monkeypatch.delenv("HEADROOM_ALLOWED_PROJECTS", raising=False)
    if text is not None:
        monkeypatch.setenv("HEADROOM_ALLOWED_PROJECTS", text)
    assert allowed_projects() == allowed
    assert scope_of(None) == Scope(allowed)


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_a_variable_that_names_nothing_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("HEADROOM_ALLOWED_PROJECTS", text)
    with pytest.raises(UsageError, match="names no project"):
        scope_of("a")


def test_a_project_that_is_not_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_ALLOWED_PROJECTS", "a,b")
    assert scope_of("a") == Scope(("a",))
    with pytest.raises(UsageError, match="not among the projects that you may see"):
        scope_of("c")
    monkeypatch.delenv("HEADROOM_ALLOWED_PROJECTS")
    assert scope_of("c") == Scope(("c",))
    for text in ("", " ", "*", "a\0"):
        with pytest.raises(UsageError):
            scope_of(text)


@pytest.mark.parametrize("days", [0, -1, 1001])
def test_a_window_that_is_none_is_refused(days: int) -> None:
    with pytest.raises(UsageError, match="is not a window"):
        Inquiry(Scope(None), days)


@pytest.mark.parametrize("threshold", [0, -3])
def test_a_threshold_below_one_is_refused(threshold: int) -> None:
    with pytest.raises(UsageError, match="is not a number of failures"):
        Inquiry(Scope(None), 7, datetime(2026, 1, 1, tzinfo=UTC), threshold)


@given(NAMES.filter(len))
def test_names_come_back_from_sql_as_they_were(names: list[str]) -> None:
    sql = fill(f"select list_value('{TOKENS['failure_projects']}')", {"failure_projects": names})
    assert duckdb.sql(sql).fetchall() == [(names,)]


def test_a_value_that_looks_like_a_token_is_not_read_again() -> None:
    sql = f"select '{TOKENS['failure_projects']}', '{TOKENS['job_name']}'"
    values = {"failure_projects": [TOKENS["job_name"]], "job_name": ["x'; drop table t; --"]}
    assert fill(sql, values) == f"select '{TOKENS['job_name']}', 'x''; drop table t; --'"


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(UsageError):
        literals(["a\0"])
