"""ARA in the fleet is the lookup of design.md: checked from outside and from inside.

From outside: one SQL over the raw tables that knows nothing of the generator, so the moment of the
lookup is an interval. From inside: a brute force over all runs at the very moment of the lookup.
"""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import numpy as np
import pytest

from headroom.fleet import make_history
from headroom.fleet.plan import NONE
from headroom.fleet.rows import hash_column
from headroom.fleet.simulate import Cause
from headroom.settings import PROJECT_DIR

POLICIES = PROJECT_DIR / "seeds" / "reference" / "ara_policy_versions.csv"

# All published runs, and a sample of every cause that the lookup decides, by version.
RECIPIENTS = """
    with policies as (
        select * from read_csv(?, types = {'valid_to_utc': 'timestamptz'})
    ),
    joined as (
        select t.run_id, t.definition_id, t.alias, t.command_hash, t.memory, t.queued_at,
            t.started_at, truth.cause, p.null_hash_rule, p.max_memory_mb,
            coalesce(t.gpu, 0) > 0
                or (p.gpu_rule like '%definition.gpu' and coalesce(td.gpu, 0) > 0) as is_gpu,
            case when td.memory is not null then greatest(512, td.memory) end as default_mb,
            row_number() over (
                partition by truth.cause, p.policy_version order by hash(t.run_id)
            ) as position
        from task as t
        join fleet_truth as truth using (run_id)
        left join task_def as td using (definition_id)
        join policies as p
            on t.queued_at >= p.valid_from_utc
            and (p.valid_to_utc is null or t.queued_at < p.valid_to_utc)
        where t.engine = 'eks' and t.started_at > t.queued_at and t.memory is not null
    )
    select * from joined
    where not is_gpu
        and (
            position <= 250 or (memory = 350000 and queued_at >= '2025-12-07 00:00:00+00')
            or command_hash = '407f6885beaec163a742e8c3c8a50d3e'
            or (alias like 'forklift%' and queued_at >= '2025-12-07 00:00:00+00')
        )
"""
PAIRS = """
    with d as materialized (
        select definition_id, command_hash, queued_at, finished_at, memory from task
        where engine = 'eks' and (exit_code = 137 or exit_reason = 'OOMKilled')
    )
    select r.run_id, d.memory,
        d.finished_at <= r.queued_at and d.queued_at >= r.started_at - interval 3 day as certain
    from recipients as r
    join d
        on d.definition_id = r.definition_id
        and d.queued_at >= r.queued_at - interval 3 day
        and d.queued_at < r.started_at
        and d.finished_at < r.started_at
        and (
            d.command_hash = r.command_hash
            or (
                r.command_hash is null
                and r.null_hash_rule = 'matches every OOM of the definition'
            )
        )
"""


def estimate(memory: int, cap: int) -> int:
    raw = (Decimal("1.75") * memory).quantize(Decimal(1), ROUND_HALF_UP)
    return min(max(int(raw), 512), cap)


@pytest.mark.parametrize("which", ["fleet", "long_fleet"])
def test_from_outside(which: str, request: pytest.FixtureRequest) -> None:
    connection: duckdb.DuckDBPyConnection = request.getfixturevalue(which)
    connection.execute(f"create or replace temp table recipients as {RECIPIENTS}", [str(POLICIES)])
    certain: dict[str, list[int]] = defaultdict(list)
    possible: dict[str, list[int]] = defaultdict(list)
    for run_id, memory, sure in connection.execute(PAIRS).fetchall():
        (certain if sure else possible)[run_id].append(memory)
    rows = connection.execute(
        "select run_id, memory, cause, default_mb, max_memory_mb from recipients"
    ).fetchall()
    assert len(rows) > 1000
    exact = intervals = 0
    for run_id, memory, cause, default, cap in rows:
        sure, maybe = certain[run_id], possible[run_id]
        everything = sorted(sure + maybe)
        if not everything:
            assert cause in ("default", "floor", "run_request"), run_id
            # A definition that is gone has no default to compare with.
            assert cause == "run_request" or default is None or memory == default, run_id
        elif not maybe and len(everything) <= 30:
            assert cause in ("ara", "ara_capped"), run_id
            assert memory == estimate(max(everything), cap), run_id
            exact += 1
        elif sure or cause in ("ara", "ara_capped"):
            low = min([max(sure)] if sure else [everything[0]])
            low = min(low, everything[29]) if len(everything) > 30 else low
            assert estimate(low, cap) <= memory <= estimate(everything[-1], cap), run_id
            intervals += 1
    assert exact > 500
    assert intervals > 5


def test_from_inside() -> None:
    rows = make_history(11, date(2026, 1, 31))
    intents, outcome = rows.intents, rows.outcome
    hashes = np.array(hash_column(rows).fill_null("").to_pylist(), dtype=object)
    engines = np.array([item.engine for item in rows.definitions])[intents.definition]
    policies = duckdb.execute(
        "select epoch_us(valid_from_utc), null_hash_rule, max_memory_mb from read_csv(?)"
        " order by 1",
        [str(POLICIES)],
    ).fetchall()
    ooms = np.flatnonzero(outcome.oom & (engines == "eks"))
    rng = np.random.default_rng(1)
    sized = np.flatnonzero(np.isin(outcome.cause, [Cause.ara, Cause.ara_capped]))
    others = np.flatnonzero(np.isin(outcome.cause, [Cause.default, Cause.run_request, Cause.floor]))
    null = others[hashes[others] == ""]
    burst = np.datetime64("2025-10-12", "us").astype(np.int64)
    after_burst = sized[
        (intents.queued[sized] > burst) & (intents.queued[sized] < burst + 3 * 86_400_000_000)
    ]
    sample = [
        *rng.choice(sized, 700), *rng.choice(others, 300), *rng.choice(null, 200), *after_burst
    ]  # fmt: skip
    many = 0
    for run in sample:
        lookup, queued = intents.lookup[run], intents.queued[run]
        _, null_rule, cap = [policy for policy in policies if policy[0] <= queued][-1]
        matches = hashes[ooms] == hashes[run]
        if hashes[run] == "":
            matches = np.full(len(ooms), null_rule == "matches every OOM of the definition")
        donors = ooms[
            matches
            & (intents.definition[ooms] == intents.definition[run])
            & (outcome.finished[ooms] < lookup)
            & (intents.queued[ooms] >= lookup - 3 * 86_400_000_000)
            & (intents.queued[ooms] < lookup)
        ]
        many += len(donors) > 30
        donors = donors[:30]
        if len(donors) == 0:
            assert outcome.donor[run] == NONE
            assert outcome.cause[run] not in (Cause.ara, Cause.ara_capped)
            continue
        top = outcome.memory[donors].max()
        assert outcome.memory[run] == estimate(int(top), cap)
        assert outcome.memory[outcome.donor[run]] == top
        latest = donors[outcome.memory[donors] == top]
        assert outcome.finished[outcome.donor[run]] == outcome.finished[latest].max()
    assert many > 0


def test_the_check_run_and_its_donors(fleet: duckdb.DuckDBPyConnection) -> None:
    row = fleet.execute(
        "select cause, donor_run_id from fleet_truth"
        " where run_id = 'eks-0d33-a443-43b9-45f9-04b780868880'"
    ).fetchone()
    assert row is not None
    assert row[0] == "ara"
    assert row[1].startswith("eks-a9fd-92f6-4fe1-")


def test_what_the_story_needs_occurs(fleet: duckdb.DuckDBPyConnection) -> None:
    """Foreign and own donors, lowered requests, a NULL hash's pool, 31 donors and more."""
    found = fleet.execute(
        """
        select count(*) filter (where r.command <> d.command and cause = 'ara_capped'),
            count(*) filter (where r.command <> d.command and cause = 'ara'),
            count(*) filter (where r.command = d.command),
            count(*) filter (where r.memory_limit > r.memory),
            count(*) filter (where r.command_hash is null and d.command_hash is not null),
            count(*) filter (where d.finished_at > r.queued_at)
        from fleet_truth
        join task as r on r.run_id = fleet_truth.run_id
        join task as d on d.run_id = donor_run_id
        """
    ).fetchone()
    assert found is not None
    assert min(found) > 0, found
    most = fleet.execute(
        """
        select max(donors) from (
            select count(*) as donors from task
            where exit_code = 137 or exit_reason = 'OOMKilled'
            group by definition_id, command_hash, date_trunc('day', queued_at)
        )
        """
    ).fetchone()
    assert most is not None
    assert most[0] > 30
