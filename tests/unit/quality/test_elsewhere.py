"""A raw table that is missing is looked for in the other schemas."""

import pytest

from headroom.quality.elsewhere import remedy

MARTS = {("marts", "flotilla__runs"), ("headroom_reference", "thresholds")}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({("prod", "task"), ("prod", "task_def")}, "set HEADROOM_SOURCE_SCHEMA=prod"),
        (
            {(schema, table) for schema in ("a", "b") for table in ("task", "task_def")},
            "schemas a, b hold task and task_def",
        ),
        ({("prod", "task"), ("prod", "task_def"), ("old", "task")}, "SCHEMA=prod"),
        ({("prod", "task")}, "schema prod holds task:"),
        ({("public", "orders")}, "no schema of this database holds a table task"),
        ({("flotilla", "task_def")}, "no schema of this database holds a table task"),
    ],
)
def test_the_schema_that_holds_it_is_named_and_no_reference_data(
    found: set[tuple[str, str]], said: str
) -> None:
    text = remedy("task", found | MARTS, "flotilla")
    assert said in text
    assert "HEADROOM_SOURCE_SCHEMA" in text
    assert "headroom fleet" not in text


def test_reference_data_are_no_remedy_in_an_empty_database_either() -> None:
    for found in (set[tuple[str, str]](), MARTS):
        assert remedy("task", found, "flotilla").endswith("load yours into schema flotilla")


def test_a_table_that_this_user_may_not_read_is_to_be_granted() -> None:
    found = {("flotilla", "task"), ("prod", "task"), ("prod", "task_def")}
    assert remedy("task", found, "flotilla").startswith("let this user read flotilla.task")
