"""Which domains a build makes: by what is there, what was there before, and what was named."""

from pathlib import Path

import pytest

from headroom.domains import DOMAINS, Inventory, Plan, decide, exclusions
from headroom.errors import SourceRejectedError, UsageError
from headroom.landed.contract import landed_tables, landed_tables_of
from headroom.settings import DOMAIN_NAMES, Settings

RAW = frozenset({"task", "task_def"})
BUILDS = {"landed_build_samples": True, "landed_build_reports": True}
EMPTIED = {name: False for name in BUILDS}
TIMINGS = {"landed_timings": True, "landed_task_segments": False}
READ_BUILDS = frozenset(BUILDS)


def plan_of(
    found: Inventory, *domains: str, schema: str = "flotilla"
) -> tuple[set[str], set[str], set[str]]:
    """Give the domains that are built, left out and refused."""
    plan = decide(found, Settings("duckdb", Path("w.duckdb"), schema, domains))
    assert set(plan.built) | set(plan.left_out) | set(plan.refused) | set(plan.kept) == set(DOMAINS)
    return set(plan.built), set(plan.left_out), set(plan.refused)


ALL = set(DOMAINS)
F, B, X, T = "flotilla", "builds", "failures", "throughput"


@pytest.mark.parametrize(
    ("found", "named", "built", "refused"),
    [
        (Inventory(), (), set(), set()),
        # Data are there.
        (Inventory(raw=RAW), (), {F, X}, set()),
        (Inventory(landed=BUILDS), (), {B}, set()),
        (Inventory(landed={"landed_pods": True}), (), {X}, set()),
        (Inventory(landed=TIMINGS), (), {T}, set()),
        (Inventory(landed={"landed_worker_warnings": True}), (), {T}, set()),
        (Inventory(raw=RAW, landed=BUILDS | TIMINGS), (), ALL, set()),
        # A seed makes the table; nothing was loaded into it. Rejects belong to no domain.
        (Inventory(landed=EMPTIED), (), set(), set()),
        (Inventory(landed={"landed_rejects": True}), (), set(), set()),
        # Named: the others are built all the same, and have nothing to lose.
        (Inventory(), (B,), set(), {B}),
        (Inventory(landed=BUILDS), (B,), {B}, set()),
        (Inventory(landed=BUILDS), (F, T), {B}, {F, T}),
        (Inventory(landed={"landed_pods": True}), (F,), {X}, {F}),
        # Built before, and emptied by its owner: the marts follow.
        (Inventory(landed=EMPTIED, read_before=READ_BUILDS), (), {B}, set()),
        # Built before, and gone: alone, and beside a table of the same domain that is there.
        (Inventory(landed=TIMINGS, read_before=READ_BUILDS), (), {T}, {B}),
        (Inventory(landed=TIMINGS, read_before=frozenset({"landed_pods"})), (), {T}, {X}),
        (Inventory(landed=EMPTIED, read_before=frozenset({"landed_timings"})), (), set(), {T}),
        (Inventory(landed=BUILDS, read_before=RAW), (), {B}, {F}),
        # What reads Flotilla as well is not built without it.
        (Inventory(landed=BUILDS | {"landed_pods": True}, read_before=RAW), (), {B}, {F}),
        (Inventory(raw=RAW, read_before=frozenset({"landed_pods"})), (), {F}, {X}),
        # A part of Flotilla, and Flotilla that may not be read, are not its absence.
        (Inventory(raw=frozenset({"task"}), landed=BUILDS), (), {B}, {F}),
        (Inventory(raw=frozenset({"task_def"}), landed={"landed_pods": True}), (), set(), {F}),
        (Inventory(raw=RAW, unreadable=frozenset({"task"}), landed=BUILDS), (), {B}, {F}),
    ],
)  # fmt: skip
def test_decisions(
    found: Inventory, named: tuple[str, ...], built: set[str], refused: set[str]
) -> None:
    assert plan_of(found, *named)[::2] == (built, refused)


def test_who_says_where_flotilla_is_names_it() -> None:
    assert plan_of(Inventory(landed=BUILDS), schema="prod") == ({B}, {X, T}, {F})


def sentences(found: Inventory, domain: str, *named: str) -> str:
    lack = decide(found, Settings("duckdb", Path("w.duckdb"), "flotilla", named)).lack_of(domain)
    assert lack
    assert "headroom fleet" not in lack.what + lack.remedy
    return f"{lack.what} | {lack.remedy}"


def test_every_sentence_says_what_to_do() -> None:
    assert "`headroom load build-stats" in sentences(Inventory(), B)
    assert "`headroom load failures" in sentences(Inventory(), X)
    assert "`headroom load perf-logs" in sentences(Inventory(), T)
    assert "flotilla.task and flotilla.task_def" in sentences(Inventory(), F)
    assert "HEADROOM_DOMAINS names builds, but" in sentences(Inventory(), B, B)
    there = sentences(Inventory(raw=frozenset({"task"})), F)
    assert "flotilla.task is there, but not flotilla.task_def" in there
    assert "set HEADROOM_SOURCE_SCHEMA" in sentences(Inventory(elsewhere=("prod",)), F)
    assert "schema prod has both" in sentences(Inventory(elsewhere=("prod",)), F)
    closed = sentences(Inventory(raw=RAW, unreadable=RAW), F)
    assert "flotilla.task and flotilla.task_def may not be read" in closed
    assert "grant usage on schema flotilla" in closed
    gone = sentences(Inventory(read_before=READ_BUILDS), B)
    assert "headroom_landed.landed_build_samples were read by an earlier build and are gone" in gone
    assert "delete from headroom_operations.sources_read" in gone
    half = sentences(Inventory(raw=frozenset({"task_def"}), read_before=RAW), F)
    assert half.startswith("flotilla.task was read by an earlier build and is gone")


def test_what_the_gate_refuses_is_not_built_nor_what_reads_it() -> None:
    error = SourceRejectedError("task.memory: missing")
    plan = Plan(tuple(DOMAINS)).refusing(F, error)
    assert (plan.built, plan.kept, plan.refused) == ((B, T), (X,), {F: error})


def test_a_domain_that_is_left_out_leaves_nothing_of_it_in() -> None:
    assert exclusions(tuple(DOMAINS)) == []
    excluded = exclusions((B,))
    assert {
        "path:models/marts/flotilla",
        "path:models/marts/effects",
        "path:models/staging/failures",
        "landed_pods",
    } <= {*excluded}
    assert "path:snapshots/flotilla__definitions_snapshot.yml" in excluded
    assert "path:tests/dbt/throughput" in excluded
    assert not [name for name in excluded if "builds" in name]
    # Failures read Flotilla's staging, with or without Flotilla.
    assert "path:models/staging/flotilla" in excluded
    assert "path:models/staging/flotilla" not in exclusions((X,))
    assert "path:models/intermediate/flotilla" in exclusions((X,))


def test_every_landed_table_but_the_rejects_belongs_to_a_domain() -> None:
    owned = [name for domain in DOMAINS for name in landed_tables_of(domain)]
    assert sorted([*owned, "landed_rejects"]) == sorted(landed_tables())


def test_domains_are_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tuple(DOMAINS) == DOMAIN_NAMES
    for text, names in {
        "": (),
        " , ": (),
        "builds": (B,),
        " builds,flotilla,builds ": (B, F),
    }.items():
        monkeypatch.setenv("HEADROOM_DOMAINS", text)
        assert Settings.from_environment().domains == names
    monkeypatch.setenv("HEADROOM_DOMAINS", "builds,flotila")
    with pytest.raises(UsageError) as caught:
        Settings.from_environment()
    assert "'flotila'" in caught.value.message
    assert "flotilla, builds, failures, throughput" in caught.value.hint
