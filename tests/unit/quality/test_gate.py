"""What the gate refuses, and what it lets pass, on both engines."""

from typing import Any
from uuid import uuid4

import pytest

from headroom.doctor import examine
from headroom.errors import SourceRejectedError
from headroom.quality import GateFinding, GateRefusedError, check_source, require_new_structure
from headroom.quality.contract import COLUMNS
from headroom.quality.shape import read_shape


def only_failure(source: Any) -> GateFinding:
    failed = check_source(source.settings).failed
    assert len(failed) == 1, failed
    return failed[0]


def test_a_sound_load_passes_with_every_check_made(source: Any) -> None:
    result = require_new_structure(source.settings)

    assert result
    assert result.passed
    assert result.failed == ()
    assert len(result.findings) == 2 + sum(map(len, COLUMNS.values()))


def test_a_structure_that_passed_is_checked_again_only_when_it_changed(source: Any) -> None:
    assert require_new_structure(source.settings)
    assert require_new_structure(source.settings) is None
    source.execute("alter table {s}.task add column colour text")
    assert require_new_structure(source.settings)
    source.execute("alter table {s}.task drop column alias")
    for _ in range(2):
        with pytest.raises(GateRefusedError):
            require_new_structure(source.settings)


ODD_ROWS = """
    insert into {s}.task (run_id, definition_id, status, engine, queued_at, started_at) values
    ('unknown words', 'd-1', 'EVAPORATED', 'abacus', '2025-12-17 00:00:00+00', null),
    ('unknown definition', 'gone', 'STOPPED', 'eks', '2025-12-17 00:00:00+00', null),
    ('skewed', 'd-1', 'STOPPED', 'eks', '2025-12-17 00:00:00+00', '2025-01-01 00:00:00+00'),
    ('never queued', null, null, null, null, null),
    ('just in time', 'd-1', 'QUEUED', 'eks', '2025-12-17 12:05:00+00', null)
"""
ODD_COLUMNS = """
    alter table {s}.task add column colour text;
    alter table {s}.task drop column env;
    alter table {s}.task_def drop column env;
    alter table {s}.task alter column run_id type text;
    alter table {s}.task alter column command type character varying;
    alter table {s}.task alter column memory type bigint;
    alter table {s}.task alter column exit_code type smallint
"""
EMPTY = "delete from {s}.task; delete from {s}.task_def"


@pytest.mark.parametrize("oddity", [ODD_ROWS, ODD_COLUMNS, EMPTY])
def test_what_is_odd_but_usable_passes(source: Any, oddity: str) -> None:
    source.execute(oddity)

    assert check_source(source.settings).failed == ()


def test_only_the_columns_that_staging_reads_are_required(source: Any) -> None:
    for table, columns in COLUMNS.items():
        names = ", ".join(f'"{column}"' for column in columns)
        source.execute(
            f"alter table {{s}}.{table} rename to wide;"
            f"create view {{s}}.{table} as select {names} from {{s}}.wide;"
            f"alter table {{s}}.wide rename to wide_{table}"
            if source.settings.target == "postgres"
            else f"create table {{s}}.narrow as select {names} from {{s}}.{table};"
            f"drop table {{s}}.{table};"
            f"alter table {{s}}.narrow rename to {table}"
        )

    assert check_source(source.settings).failed == ()


@pytest.mark.parametrize("table", ["task", "task_def"])
def test_a_missing_table_is_named_once(source: Any, table: str) -> None:
    source.execute(f"drop table {{s}}.{table}")

    finding = only_failure(source)

    assert (finding.table, finding.column, finding.found) == (table, "", "missing")
    assert finding.expected == f"a table or view {table} in schema {source.settings.source_schema}"
    assert "HEADROOM_SOURCE_SCHEMA" in finding.remedy


def test_a_missing_column_is_named(source: Any) -> None:
    source.execute("alter table {s}.task drop column run_id")

    finding = only_failure(source)

    assert finding.subject == "task.run_id"
    assert finding.found == "missing"
    assert "character varying" in finding.expected


def test_every_missing_column_is_named(source: Any) -> None:
    source.execute("drop table {s}.task; create table {s}.task (colour text)")

    failed = check_source(source.settings).failed

    assert {finding.column for finding in failed} == set(COLUMNS["task"])


def test_a_time_without_a_zone_is_refused_with_the_reason(source: Any) -> None:
    source.execute("alter table {s}.task alter column queued_at type timestamp")

    finding = only_failure(source)

    assert finding.subject == "task.queued_at"
    assert finding.found in ("timestamp", "timestamp without time zone")
    assert finding.expected.startswith("timestamp with time zone (a time without its zone")


RETYPED = {
    "memory": ("double precision", {"double", "double precision"}),
    "cpu": ("character varying", {"varchar", "character varying"}),
    "exit_code": ("numeric(10,0)", {"decimal(10,0)", "numeric"}),
    "image": ("bytea using image::bytea", {"blob", "bytea"}),
    "started_at": ("date", {"date"}),
    "status": ("character varying[] using array[status]", {"varchar[]", "character varying[]"}),
}


def test_retyped_columns_are_refused_each_with_its_type(source: Any) -> None:
    for column, (data_type, _) in RETYPED.items():
        source.execute(f"alter table {{s}}.task alter column {column} type {data_type}")
    source.execute(
        "alter table {s}.task_def drop column adaptive_resource_allocation;"
        "alter table {s}.task_def add column adaptive_resource_allocation integer"
    )

    found = {finding.column: finding.found for finding in check_source(source.settings).failed}

    assert found.pop("adaptive_resource_allocation") == "integer"
    assert found.keys() == RETYPED.keys()
    for column, (_, names) in RETYPED.items():
        assert found[column] in names


def test_the_case_of_a_name_matters_where_the_engine_says_so(
    duckdb_source: Any, postgres_source: Any
) -> None:
    for source in (duckdb_source, postgres_source):
        source.execute('alter table {s}.task rename column run_id to "RUN_ID"')

    assert check_source(duckdb_source.settings).passed
    assert only_failure(postgres_source).column == "run_id"


def test_a_refusal_says_what_where_and_what_to_do(source: Any) -> None:
    source.execute(
        "alter table {s}.task_def drop column memory;alter table {s}.task_def drop column cpu"
    )

    with pytest.raises(GateRefusedError) as refusal:
        require_new_structure(source.settings)

    error = refusal.value
    assert isinstance(error, SourceRejectedError)
    assert error.exit_code == 3
    assert error.message == (
        "task_def.memory: the column exists and is of type integer; "
        "expected integer or bigint or smallint, found missing (and 1 more of 39 checks failed)"
    )
    assert "make views" in error.hint
    assert [finding.subject for finding in error.result.failed] == [
        "task_def.memory",
        "task_def.cpu",
    ]


# What a schema can hold in the place of a table, made of the tables of another schema.
STANDING_IN = {
    "materialized view": "create materialized view {s}.{t} as select * from plain.{t}",
    "view": "create view {s}.{t} as select * from plain.{t}",
    "partitioned table": (
        "create table {s}.{t} (like plain.{t}) partition by list ({k});"
        "create table {s}.{t}_all partition of {s}.{t} default;"
        "insert into {s}.{t} select * from plain.{t}"
    ),
}


@pytest.mark.parametrize("statement", STANDING_IN.values(), ids=STANDING_IN)
def test_what_can_be_read_as_a_table_is_one(postgres_source: Any, statement: str) -> None:
    schema = postgres_source.settings.source_schema
    postgres_source.execute("alter schema {s} rename to plain; create schema {s}")
    for table, key in (("task", "run_id"), ("task_def", "definition_id")):
        postgres_source.execute(statement.format(s=schema, t=table, k=key))
    try:
        assert check_source(postgres_source.settings).failed == ()
        seen = {finding.what for finding in examine(postgres_source.settings)}
        assert "domain flotilla has data, but no marts" in seen
    finally:
        postgres_source.execute("drop schema {s} cascade; drop schema plain cascade")


def test_a_foreign_table_is_one(postgres_source: Any) -> None:
    """Without a wrapper that reads: the shape is what the gate asks first."""
    columns = ", ".join(f'"{column}" text' for column in COLUMNS["task"])
    postgres_source.execute(
        "drop table {s}.task; create foreign data wrapper nothing;"
        "create server nowhere foreign data wrapper nothing;"
        f"create foreign table {{s}}.task ({columns}) server nowhere"
    )
    shape = read_shape(postgres_source.settings)
    postgres_source.execute("drop foreign data wrapper nothing cascade")
    assert set(COLUMNS["task"]) <= set(shape["task"])


def test_what_a_user_may_not_read_is_said(
    postgres_source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"headroom_test_{uuid4().hex[:12]}"
    postgres_source.execute(
        f"create role {role}; grant usage on schema {{s}} to {role};"
        f"grant select (run_id, queued_at) on {{s}}.task to {role}"
    )
    monkeypatch.setenv("PGOPTIONS", f"-c role={role}")
    failed = check_source(postgres_source.settings).failed
    monkeypatch.delenv("PGOPTIONS")
    postgres_source.execute(f"drop owned by {role}; drop role {role}")
    found = {finding.subject: finding.found for finding in failed}
    assert set(found.values()) == {"not readable by this user"}
    assert "task_def" in found
    assert "task.command" in found
    assert not {"task", "task.run_id", "task_def.memory"} & set(found)
