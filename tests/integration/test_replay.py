"""The replay against the lookup itself and against the truth, on fleets of all policy versions.

On the small fleet; the long tests ask the same of 360,000 runs.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import hypothesis
import pytest

from headroom.fleet import write_fleet
from headroom.settings import TARGETS
from headroom.warehouse import open_warehouse
from tests.conftest import MakeProject
from tests.support.canonical import export_query
from tests.support.naive import naive_lookup
from tests.support.project import FLOTILLA, Project

# Recipients a policy version: a hundred, or a thousand where `make simulate` asks for more.
SAMPLE = hypothesis.settings().max_examples
MULTIPLIER = Decimal("1.75")
DONOR_LIMIT = 30
REPLAYED = """
    select run_id, certain_donor_count, possible_donor_count, own_donor_count, estimate_low_mb,
        estimate_high_mb, own_estimate_low_mb, own_estimate_high_mb
    from marts.flotilla__runs
"""
# What the truth's causes are called where the rows can tell.
ATTRIBUTIONS = {
    "unscheduled": "unscheduled",
    "not_eligible": "not_eligible",
    "gpu_request": "gpu_request",
    "ara": "ara_exact",
    "ara_capped": "ara_capped",
    "run_request": "run_request",
    "floor": "floor",
    "default": "default",
}
# Why the rows cannot always tell: the condition, the causes it hides, and what they look like.
UNDECIDABLE = {
    "the lookup may have read less, or none": (
        "possible_donor_count > 0 or certain_donor_count > 30",
        {"ara", "ara_capped", "run_request", "floor", "default"},
        {"ara_in_interval"},
    ),
    "the definition is gone, and its memory with it": (
        "is_definition_missing",
        {"run_request", "floor", "default"},
        {"default", "run_request", "ara_in_interval"},
    ),
    "the request is what the definition gives anyway": (
        "memory_mb = definition_default_mb",
        {"run_request"},
        {"floor", "default"},
    ),
    # Planted in the small fleet.
    "the record is not what ARA gave": (
        "memory_mb = estimate_high_mb + 1",
        {"ara"},
        {"ara_mismatch"},
    ),
    "it was never queued, so under no policy": (
        "queued_at is null",
        {"gpu_request"},
        {"run_request"},
    ),
}
COMPARED = {
    "contaminations": "select * from marts.flotilla__contaminations",
    "lineages": "select * from marts.flotilla__contamination_lineages",
    "elevation": "select * from marts.flotilla__elevation_daily",
    "runs with donors": (
        "select * from marts.flotilla__runs where certain_donor_count + possible_donor_count > 0"
    ),
    "attributions": """
        select run_id, attribution, is_memory_reachable from marts.flotilla__runs
        where engine = 'eks' and attribution <> 'default'
    """,
}
exports: dict[int, dict[str, list[tuple[str, ...]]]] = {}
FLEETS = [("small", target) for target in TARGETS] + [
    pytest.param(("large", target), marks=pytest.mark.long) for target in TARGETS
]


@pytest.fixture(scope="module", params=FLEETS, ids="-".join)
def fleet(
    request: pytest.FixtureRequest, small_projects: dict[str, Project], make_project: MakeProject
) -> Iterator[Project]:
    size, target = request.param
    if size == "small":
        yield small_projects[target]
        return
    with make_project(target, "replay") as project:
        with project.in_environment():
            write_fleet(project.settings, until=date(2026, 1, 31))
        project.dbt(*FLOTILLA)
        yield project


def estimate(memory: int) -> int:
    return int((MULTIPLIER * memory).to_integral_value(ROUND_HALF_UP))


def sampled(fleet: Project, version: str) -> list[tuple]:
    """Half of the sample are runs with donors, as far as there are so many."""
    return fleet.query(f"""
        {REPLAYED} inner join (
            select run_id as sampled_run_id,
                row_number() over (
                    partition by certain_donor_count + possible_donor_count > 0
                    order by md5(run_id)
                ) as place,
                certain_donor_count + possible_donor_count > 0 as has_donors
            from marts.flotilla__runs
            where policy_version = '{version}' and engine = 'eks' and memory_mb is not null
        ) as placed on run_id = sampled_run_id
        order by case when has_donors and place <= {SAMPLE // 2} then 0 else 1 end,
            has_donors, place
        limit {SAMPLE}
    """)


def disagreement(counts: tuple[int, int], interval: tuple, naive: tuple) -> str | None:
    """Say how the replay and the lookup at `queued_at` differ, if they do."""
    (certain, possible), (low, high), (found, memory) = counts, interval, naive
    if possible == 0 and certain != found:
        return f"{certain} donors instead of {found}"
    if not certain <= found <= certain + possible:
        return f"{found} donors, outside {certain} to {certain + possible}"
    if memory is None:
        return None
    if possible == 0 and found <= DONOR_LIMIT and low != high:
        return f"an interval {low} to {high} without a reason"
    if not low <= estimate(memory) <= high:
        return f"{estimate(memory)} MB, outside {low} to {high}"
    return None


def test_replay_agrees_with_the_naive_lookup(fleet: Project) -> None:
    versions = fleet.query(
        "select policy_version from headroom_reference.ara_policy_versions order by valid_from_utc"
    )
    assert len(versions) == 6
    samples = {version: sampled(fleet, version) for (version,) in versions}
    problems, compared = [], Counter()
    with fleet.in_environment(), open_warehouse(fleet.settings, read_only=True) as warehouse:
        for version, rows in samples.items():
            for run_id, certain, possible, own, low, high, own_low, own_high, *_ in rows:
                naive = warehouse.query(naive_lookup(run_id)).rows[0]
                problem = disagreement((certain, possible), (low, high), naive)
                if problem is None and certain and not possible and certain <= DONOR_LIMIT:
                    naive_own = warehouse.query(naive_lookup(run_id, own=True)).rows[0]
                    problem = disagreement((own, 0), (own_low, own_high), naive_own)
                if problem:
                    problems.append(f"{version} {run_id}: {problem}")
                compared[version, naive[0] > 0] += 1
    print(dict(compared))
    assert not problems, problems[:20]
    assert all(compared[version, True] > 0 for (version,) in versions)


def test_causes_of_the_truth_are_recovered(fleet: Project) -> None:
    flags = ", ".join(f"({rule})" for rule, _, _ in UNDECIDABLE.values())
    rows = fleet.query(f"""
        select cause, attribution, {flags}, count(*), min(truth.run_id)
        from flotilla.fleet_truth as truth
        inner join marts.flotilla__runs as runs on truth.run_id = runs.run_id
        group by cause, attribution, {flags}
    """)
    table: Counter[tuple[str, str]] = Counter()
    wrong = []
    for cause, attribution, *applies, count, example in rows:
        table[cause, attribution] += count
        if attribution == ATTRIBUTIONS[cause]:
            continue
        explained = any(
            flag and cause in causes and attribution in seen
            for flag, (_, causes, seen) in zip(applies, UNDECIDABLE.values(), strict=True)
        )
        if not explained:
            wrong.append((cause, attribution, count, example))
    print_confusion(table)
    assert not wrong
    assert sum(table.values()) == fleet.query("select count(*) from flotilla.task")[0][0]


def print_confusion(table: Counter[tuple[str, str]]) -> None:
    seen = sorted({attribution for _, attribution in table})
    print(f"\n{'cause':14}" + "".join(f"{name:>17}" for name in seen))
    for cause in ATTRIBUTIONS:
        print(f"{cause:14}" + "".join(f"{table[cause, name]:>17,}" for name in seen))


def test_decisive_donors_of_the_truth_are_recovered(fleet: Project) -> None:
    """Where the memory is explained exactly, by the very donor or by one of equal memory."""
    rows = fleet.query("""
        select runs.run_id, truth.donor_run_id, runs.decisive_donor_run_id
        from marts.flotilla__runs as runs
        inner join flotilla.fleet_truth as truth on truth.run_id = runs.run_id
        left join marts.flotilla__runs as donors on donors.run_id = truth.donor_run_id
        where runs.attribution in ('ara_exact', 'ara_capped')
        and truth.donor_run_id is distinct from runs.decisive_donor_run_id
        and not (
            runs.possible_donor_count > 0
            and donors.memory_mb is not distinct from runs.decisive_donor_memory_mb
        )
    """)
    assert rows == []


def test_contaminated_runs_have_a_foreign_donor_and_no_own_explanation(fleet: Project) -> None:
    rows = fleet.query("""
        select run_id from marts.flotilla__runs
        where is_contaminated and (
            foreign_donor_count = 0 or contaminated_gb_hours < 0
            or memory_mb = uncontaminated_memory_mb
        )
    """)
    assert rows == []


def test_both_engines_say_the_same(fleet: Project) -> None:
    """The engine that comes second is compared with the first, each with its own size of fleet."""
    run_count = fleet.query("select count(*) from flotilla.task")[0][0]
    with fleet.in_environment():
        mine = {name: export_query(fleet.settings, sql) for name, sql in COMPARED.items()}
    first = exports.setdefault(run_count, mine)
    for name, rows in mine.items():
        assert len(rows) > 30, name
        assert rows == first[name], name
