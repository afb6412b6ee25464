"""What real history holds, and what the evidence forces, on raw rows."""

from hashlib import md5

import duckdb
import pytest

from headroom.fleet.evidence import published

Connection = duckdb.DuckDBPyConnection
OOM = "(exit_code = 137 or exit_reason = 'OOMKilled')"
BEFORE_REPORT = "queued_at < '2025-11-25 00:00:00+00'"
BEFORE_FIX = "queued_at < '2025-12-17 00:00:00+00'"
PYTHON_3_9 = "sf-base_python-3_9-59ab1a32-cdda-4eb8-5824-49d17d96b1fd"

# Each of these conditions holds for some run.
PRESENT = [
    *[f"status = '{name}'" for name in ("QUEUED", "PENDING", "RUNNING", "STOPPED", "NEEDS_RETRY")],
    "status = 'QUEUED' and memory is null",
    "engine = 'eks-spark' and command is null and spark_extension is not null",
    "engine = 'eks-spark' and description is null",
    "engine = 'eks-spark' and description is not null",
    "gpu > 0",
    "status = 'STOPPED' and exit_code is null and exit_reason ilike '%deadline%'",
    "exit_code = 137 and exit_reason is distinct from 'OOMKilled'",
    "exit_code is null and exit_reason = 'OOMKilled'",
    "exit_code = 1 and exit_reason = 'OOMKilled'",
    "command like '%''%' and command like '%\"%'",
    "command like '%' || chr(10) || '%'",
    "command like '%\\%%' escape '\\'",
    "contains(command, chr(92))",
    "strlen(command) > length(command)",
    "command = ''",
    "command like '%--password hunter2-do-not-show%'",
    "command is not null and description is null",
    "finished_at > queued_at + interval 3 day",
    "status = 'STOPPED' and max_memory_used is null",
    "status = 'STOPPED' and max_memory_used is not null",
    "started_at < queued_at",
    "env::varchar like '%do-not-read%'",
    "pod_events is not null",
    "memory_limit > memory",
    "started_at > queued_at + interval 1 hour",
    "definition_id not in (select definition_id from task_def)",
    "node_lifecycle = 'spot'",
]


@pytest.mark.parametrize("condition", PRESENT)
def test_present(fleet: Connection, condition: str) -> None:
    assert fleet.execute(f"select count(*) from task where {condition}").fetchone()[0] > 0


# Each of these conditions holds for no run.
ABSENT = [
    f"{BEFORE_FIX} and command_hash is null and description is not null",
    f"{BEFORE_FIX} and command_hash is null and {OOM} and definition_id in "
    "(select definition_id from task_def where alias like 'forklift%')",
    f"not {BEFORE_FIX} and engine = 'eks' and command <> '' and command_hash <> md5(command)",
    f"not {BEFORE_FIX} and engine = 'eks' and command <> '' and command_hash is null",
    f"not {BEFORE_FIX} and coalesce(command, '') = '' and command_hash is not null",
    "engine = 'eks-spark' and command is not null",
    "finished_at < started_at",
    "finished_at > timestamptz '2025-12-18 00:00:00+00'",
    "finished_at > queued_at + interval 7 day",
    "(memory is null) <> (status = 'QUEUED')",
    "memory_limit < memory",
    "max_memory_used > memory",
    "status = 'STOPPED' and finished_at is null",
    f"{OOM} and status <> 'STOPPED'",
    "queued_at < '2025-09-01 00:00:00+00' or queued_at >= '2025-12-18 00:00:00+00'",
]


@pytest.mark.parametrize("condition", ABSENT)
def test_absent(fleet: Connection, condition: str) -> None:
    assert fleet.execute(f"select run_id from task where {condition} limit 3").fetchall() == []


def test_size_and_share_of_ooms(fleet: Connection) -> None:
    runs, share = fleet.execute(
        f"""
        select count(*), count(*) filter (where {OOM}) / count(*) filter (where engine = 'eks')
        from task
        """
    ).fetchone()
    assert runs >= 300_000
    assert 0.008 <= share <= 0.015


def test_run_ids(fleet: Connection) -> None:
    hexadecimal = "[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    wrong = fleet.execute(
        "select run_id from task"
        f" where not regexp_full_match(run_id, '(eks|eks-spark)-{hexadecimal}')"
        " or not starts_with(run_id, engine)"
    ).fetchall()
    assert wrong == []
    count, distinct = fleet.execute("select count(*), count(distinct run_id) from task").fetchone()
    assert count == distinct


def test_about_300_runs_have_not_ended(fleet: Connection) -> None:
    unfinished, lost = fleet.execute(
        """
        select count(*), count(*) filter (where queued_at < '2025-12-10 00:00:00+00')
        from task where status in ('QUEUED', 'PENDING', 'RUNNING')
        """
    ).fetchone()
    assert 150 <= unfinished <= 450
    assert 5 <= lost <= 60


def test_definitions(fleet: Connection) -> None:
    count, groups = fleet.execute(
        "select count(*), count(distinct group_name) from task_def"
    ).fetchone()
    assert 60 <= count <= 150
    assert groups >= 12
    rows = fleet.execute(
        """
        select alias, memory, adaptive_resource_allocation is true from task_def
        where alias in ('python-3.11', 'pytorch2-24.05-py3_8', 'pytorch2-24.05-py3_1')
            or alias like 'forklift%'
        order by alias
        """
    ).fetchall()
    assert rows == [
        ("forklift-deploy-model-v1", 8000, True),
        ("python-3.11", 50, False),
        ("pytorch2-24.05-py3_1", 50, False),
        ("pytorch2-24.05-py3_8", 50, False),
    ]


def test_forklift_runs_the_published_script(fleet: Connection) -> None:
    rows = fleet.execute(
        """
        select distinct command, description from task
        where alias = 'forklift-deploy-model-v1'
        """
    ).fetchall()
    assert len(rows) == 1
    command, description = rows[0]
    assert description is None
    assert len(command) == 206
    assert (
        md5(command.encode(), usedforsecurity=False).hexdigest()
        == "19432e77696deb6666bb12c67feb2b8d"
    )


def test_forklift_and_the_fix_day_are_requests(fleet: Connection) -> None:
    causes = fleet.execute(
        """
        select distinct cause from task join fleet_truth using (run_id)
        where (alias = 'forklift-deploy-model-v1' and memory > 8000)
            or (memory = 350000 and queued_at >= '2025-12-17 00:00:00+00')
            or (alias = 'forklift-deploy-model-v1' and queued_at >= '2025-12-17 00:00:00+00')
        """
    ).fetchall()
    assert causes == [("run_request",)]


def test_350_gb_comes_from_ladders_before_the_fix(fleet: Connection) -> None:
    rows = fleet.execute(
        f"""
        select cause, count(*), count(*) filter (where command_hash is null)
        from task join fleet_truth using (run_id)
        where memory = 350000 and {BEFORE_FIX} and queued_at >= '2025-12-07 00:00:00+00'
        group by 1
        """
    ).fetchall()
    assert rows == [("ara_capped", 253, 3)]


def test_no_other_hash_has_as_many_ooms(fleet: Connection) -> None:
    rows = fleet.execute(
        f"""
        select command_hash, count(*) from task
        where {BEFORE_REPORT} and {OOM} and finished_at < '2025-11-25 00:00:00+00'
            and command_hash is not null
        group by definition_id, command_hash having count(*) >= 82
        """
    ).fetchall()
    assert sorted(count for _, count in rows) == [82, 82, 83, 87, 115]


def test_the_115_ooms_of_the_calibration(fleet: Connection) -> None:
    row = fleet.execute(
        f"""
        select count(*), count(*) filter (where exit_code = 137),
            count(*) filter (
                where queued_at >= '2025-11-21 15:10:01+00' and queued_at < '2025-11-24 15:10:01+00'
            ),
            count(*) filter (where finished_at < '2025-11-25 00:00:00+00')
        from task
        where command_hash = '407f6885beaec163a742e8c3c8a50d3e' and {OOM} and {BEFORE_REPORT}
        """
    ).fetchone()
    assert row == (115, 115, 3, 115)


def test_unknown_hashes_are_the_clients(fleet: Connection) -> None:
    tables = ("bug_high_volume_shared_hashes", "bug_contaminated_hashes")
    prefixes = [
        row.get("command_hash") or row["command_hash_prefix"]
        for table in tables
        for row in published(table)
    ]
    prefixes.remove("407f6885beaec163a742e8c3c8a50d3e")
    for prefix in prefixes:
        runs, wrong = fleet.execute(
            f"""
            select count(*), count(*) filter (
                where command_hash in (md5(command), md5(description)) or length(command_hash) <> 32
            )
            from task where command_hash like '{prefix}%'
            """
        ).fetchone()
        assert runs > 0
        assert wrong == 0


def test_null_hashes_outside_the_published_definitions(fleet: Connection) -> None:
    rows = fleet.execute(
        f"""
        select definition_id, count(distinct command) as commands, count(*) as runs from task
        where command_hash is null and {BEFORE_REPORT}
        group by 1 having commands <= 1 or runs <= 16
        """
    ).fetchall()
    assert len(rows) == 18
    assert sum(row[2] for row in rows) == 21_148


def test_every_cause_occurs(fleet: Connection) -> None:
    causes = {row[0] for row in fleet.execute("select distinct cause from fleet_truth").fetchall()}
    assert causes == {
        "unscheduled", "not_eligible", "gpu_request", "ara", "ara_capped", "run_request",
        "floor", "default",
    }  # fmt: skip


def test_truth_names_donors_of_the_same_definition(fleet: Connection) -> None:
    runs, donors, same = fleet.execute(
        f"""
        with truth as (
            select r.definition_id = d.definition_id and {OOM.replace("exit", "d.exit")} as good,
                r.run_id, fleet_truth.donor_run_id
            from fleet_truth
            join task r on r.run_id = fleet_truth.run_id
            left join task d on d.run_id = donor_run_id
            where cause like 'ara%'
        )
        select count(*), count(donor_run_id), count(*) filter (where good) from truth
        """
    ).fetchone()
    assert runs == donors == same
    others = "select count(donor_run_id) from fleet_truth where cause not like 'ara%'"
    assert fleet.execute(others).fetchone() == (0,)
    assert (
        fleet.execute("select count(*) from fleet_truth").fetchone()
        == fleet.execute("select count(*) from task").fetchone()
    )


def test_a_longer_history_covers_all_policies(long_fleet: Connection) -> None:
    rows = long_fleet.execute(
        """
        with versions(name, since, until, cap) as (
            values ('fix', '2025-12-17 00:00:00+00', '2025-12-18 18:33:29+00', 350000),
                ('248', '2025-12-18 18:33:29+00', '2026-01-08 16:18:44+00', 248000),
                ('spark', '2026-01-08 16:18:44+00', '2026-01-17 06:32:28+00', 248000),
                ('350', '2026-01-17 06:32:28+00', '2026-02-01 00:00:00+00', 350000)
        )
        select name, count(*) filter (where cause = 'ara'),
            count(*) filter (where cause = 'ara_capped' and memory = cap),
            count(*) filter (where cause = 'ara_capped' and memory <> cap),
            count(*) filter (where engine = 'eks-spark' and command_hash = md5(description)),
            count(*) filter (where engine = 'eks-spark' and command_hash <> md5(description))
        from task join fleet_truth using (run_id)
        join versions on queued_at >= since::timestamptz and queued_at < until::timestamptz
        group by 1
        """
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    assert set(found) == {"fix", "248", "spark", "350"}
    for name, (ara, capped, wrong_cap, spark_hashed, spark_wrong) in found.items():
        assert ara > 0
        assert wrong_cap == spark_wrong == 0
        assert (capped > 0) == (name != "fix") or name == "fix"
        assert (spark_hashed > 0) == (name in ("spark", "350"))
