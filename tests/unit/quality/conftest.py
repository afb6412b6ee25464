"""Small raw tables of our own on both engines, made afresh for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from headroom import throwaway_postgres
from headroom.settings import Settings, Target
from headroom.warehouse import open_warehouse

# The columns of Flotilla's tables in their own order and PostgreSQL types.
TASK = """
    run_id character varying, definition_id character varying, alias character varying,
    image character varying, cluster_name character varying, exit_code integer,
    exit_reason character varying, status character varying, queued_at timestamp with time zone,
    started_at timestamp with time zone, finished_at timestamp with time zone,
    instance_id character varying, instance_dns_name character varying,
    group_name character varying, env jsonb, task_arn character varying,
    docker_id character varying, "user" character varying, task_type character varying,
    command text, command_hash text, memory integer, cpu integer, gpu integer,
    ephemeral_storage integer, node_lifecycle text, engine character varying,
    container_name text, pod_name text, namespace text, max_cpu_used integer,
    max_memory_used integer, pod_events jsonb, cloudtrail_notifications jsonb,
    spark_extension jsonb, executable_id character varying, executable_type character varying,
    execution_request_custom jsonb, memory_limit integer, cpu_limit integer,
    attempt_count integer, spawned_runs jsonb, run_exceptions jsonb,
    metrics_uri character varying, active_deadline_seconds integer,
    description character varying, idempotence_key character varying, arch character varying,
    labels jsonb, requires_docker boolean, service_account character varying, tier text
"""
TASK_DEF = """
    definition_id character varying, alias character varying, image character varying,
    group_name character varying, memory integer, cpu integer, gpu integer, command text,
    env jsonb, "user" character varying, arn character varying,
    container_name character varying, task_type character varying, privileged boolean,
    adaptive_resource_allocation boolean, ephemeral_storage integer, requires_docker boolean,
    target_cluster character varying
"""
schema_numbers = count(1)


@dataclass(frozen=True)
class Source:
    """The raw tables of one test: a run and its definition, until the test changes them."""

    settings: Settings

    def execute(self, statement: str) -> None:
        """Run SQL; `{s}` stands for the schema."""
        if self.settings.target == "duckdb":
            statement = statement.replace("jsonb", "json")
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(statement.replace("{s}", self.settings.source_schema))


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, str]]:
    with (
        throwaway_postgres.test_server() as dsn,
        throwaway_postgres.throwaway_database(dsn) as variables,
    ):
        yield variables


def make_source(target: Target, path: Path) -> Source:
    source = Source(Settings(target, path, f"raw_{next(schema_numbers)}"))
    source.execute(
        f"""
        create schema {{s}};
        create table {{s}}.task ({TASK});
        create table {{s}}.task_def ({TASK_DEF});
        insert into {{s}}.task (run_id, definition_id, status, engine, queued_at)
        values ('eks-1', 'd-1', 'STOPPED', 'eks', timestamptz '2025-12-17 00:00:00+00');
        insert into {{s}}.task_def (definition_id) values ('d-1');
        """
    )
    return source


@pytest.fixture
def duckdb_source(tmp_path: Path) -> Source:
    return make_source("duckdb", tmp_path / "raw.duckdb")


@pytest.fixture
def postgres_source(
    postgres: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Source:
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    return make_source("postgres", tmp_path / "unused")


@pytest.fixture(params=["duckdb", "postgres"])
def source(request: pytest.FixtureRequest) -> Source:
    made: Source = request.getfixturevalue(f"{request.param}_source")
    return made
