"""How a donor's command differs is said in the words that differ."""

from typing import Any

import pytest

from headroom.errors import UsageError
from headroom.explain import differing_words, otherwise
from headroom.report.compiled import RUN_ID_TOKEN, for_run


@pytest.mark.parametrize(
    ("command", "other", "words"),
    [
        ("run --as_of 20251123", "run --as_of 20251122", "--as_of 20251122"),
        ("run --as_of 1 fast", "run --as_of 2 slow", "--as_of 2 slow"),
        ("python a.py", "python b.py", "b.py"),
        ("run", "run", "the same"),
        ("run", None, "no command"),
        ("run", "", "no command"),
        (None, None, "the same"),
        (None, "", "the same"),
        (None, "run", "run"),
        ("run fast now", "run now", "(fewer words)"),
        ('echo "open', 'echo "shut', '"shut'),
    ],
)
def test_differing_words(command: str | None, other: str | None, words: str) -> None:
    assert differing_words(command, other) == words


def test_only_a_run_id_reaches_the_sql() -> None:
    assert for_run(f"'{RUN_ID_TOKEN}'", "eks-0d33-a443") == "'eks-0d33-a443'"
    for text in ("", "a'b", "a b", "a;b", "a\nb", "x" * 201):
        with pytest.raises(UsageError):
            for_run(RUN_ID_TOKEN, text)


RUN: dict[str, Any] = {
    "memory_mb": 1024,
    "finished_at": None,
    "status": "RUNNING",
    "attribution": "default",
    "policy_version": "command_hash",
    "is_contaminated": False,
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Not contaminated"),
        (
            {"memory_mb": None, "attribution": "unscheduled", "status": "PENDING"},
            "not scheduled yet",
        ),
        ({"memory_mb": None, "attribution": "unscheduled", "status": "STOPPED"}, "never scheduled"),
        ({"attribution": "not_eligible"}, "ARA did not size it"),
        ({"attribution": "gpu_request"}, "ARA did not size it"),
        ({"policy_version": None}, "no rules for its time"),
    ],
)
def test_contamination_is_spoken_of_where_it_can_be(changed: dict[str, Any], said: str) -> None:
    text = otherwise({**RUN, **changed})
    assert said in text
    assert ("contaminated" in text.lower()) == (not changed)
