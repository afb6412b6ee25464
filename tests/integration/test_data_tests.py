"""Each data test is shown to fail: known-bad rows, and the tests they must set off."""

from datetime import UTC, datetime, timedelta
from hashlib import md5

import pytest
from dbt.contracts.graph.nodes import ManifestNode

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from headroom.loads.build_stats import Options, load_build_stats
from headroom.settings import PROJECT_DIR
from tests.support.parse import manifest_for
from tests.support.project import Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

LOGS = PROJECT_DIR / "samples" / "builds"
SHOWN_ELSEWHERE = (
    "path:models/staging/throughput",
    "path:models/facts/throughput",
    "path:models/marts/throughput",
    "path:tests/dbt/throughput",
)
AFTER_FIX = datetime(2025, 12, 20, tzinfo=UTC)


def digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


# Each test, and the one run among good ones that it must find.
BREAKS_THE_BUILD = {
    "command_hash_is_never_null_after_the_fix": run_row(
        "eks-11", queued_at=AFTER_FIX, command="echo", command_hash=None
    ),
    "command_hash_is_the_md5_of_the_command_after_the_fix": run_row(
        "eks-12", queued_at=AFTER_FIX, command="echo", command_hash=digest("other")
    ),
    "null_hash_implies_null_description_before_the_fix": run_row(
        "eks-13", command="echo", description="text", command_hash=None
    ),
}
IS_COUNTED = {
    "stored_hashes_come_from_the_description_before_the_fix": run_row(
        "eks-14", command="echo", description="text", command_hash="sent by a client"
    ),
    "is_false_flotilla__runs_is_definition_missing": run_row("eks-15", definition_id="nobody's"),
    "is_false_flotilla__runs_is_status_unknown": run_row("eks-16", status="LOST"),
    "is_false_flotilla__runs_is_engine_unknown": run_row("eks-17", engine="ecs"),
    "is_false_flotilla__runs_has_clock_skew": run_row(
        "eks-18", started_at=START - timedelta(minutes=1)
    ),
}
GOOD_RUNS = [
    run_row("eks-1", command="echo", description="text", command_hash=digest("text")),
    run_row("eks-2", command="echo", description=None, command_hash=None),
    run_row("eks-3", queued_at=AFTER_FIX, command="echo", command_hash=digest("echo")),
    run_row("eks-4", queued_at=AFTER_FIX, command="", command_hash=None),
    run_row("eks-spark-5", queued_at=AFTER_FIX, engine="eks-spark", command_hash=None),
]
EVENTS = landed_tables()["landed_failure_events"]
RESOLVED_FAILURE = {
    "event_key": "e",
    "source": "history",
    "event_id": 1,
    "job_name": "job",
    "project": "team",
    "failure_type": "OOMKilled",
    "occurred_at": START,
    "is_resolved": True,
    "resolved_at": START + timedelta(hours=1),
}
DAMAGE = {
    # A copy, because PostgreSQL's unique index would refuse the second row.
    "unique_flotilla__runs_run_id": (
        "create table marts.copied as"
        " select * from marts.flotilla__runs union all select * from marts.flotilla__runs;"
        " alter table marts.flotilla__runs rename to runs_before;"
        " alter table marts.copied rename to flotilla__runs"
    ),
    "every_pulled_run_is_in_the_mart": (
        "update marts.flotilla__allocation_daily set run_count = run_count + 1"
    ),
    "daily_marts_count_every_run_once": (
        "update marts.flotilla__elevation_daily set run_count = run_count + 1"
    ),
    "relationships_flotilla__runs_policy_version__policy_version__ref_ara_policy_versions_": (
        "update marts.flotilla__runs set policy_version = 'unheard of'"
    ),
    "accepted_values_flotilla__runs_hash_origin__command__description__client__null": (
        "update marts.flotilla__runs set hash_origin = 'elsewhere'"
    ),
    "accepted_values_flotilla__runs_oom_evidence__exit_code__exit_reason__both": (
        "update marts.flotilla__runs set oom_evidence = 'rumour'"
    ),
    "accepted_values_flotilla__runs_baseline_source__as_of_run__earliest_known__missing": (
        "update marts.flotilla__runs set baseline_source = 'guess'"
    ),
    "accepted_values_builds__anomalies_metric__cpu__memory__read__written": (
        "update marts.builds__anomalies set metric = 'disk' where sample_index = 3"
    ),
    "accepted_values_builds__anomalies_rule_name__published_spike__published_trough"
    "__from_zero_rise__robust_outlier__level_shift__sustained_shift": (
        "update marts.builds__anomalies set rule_name = 'hunch' where sample_index = 10"
    ),
    "accepted_values_builds__anomalies_severity__HIGH__MEDIUM__LOW": (
        "update marts.builds__anomalies set severity = 'DIRE' where sample_index = 1"
    ),
    "every_landed_sample_is_in_the_mart": (
        "delete from marts.builds__samples where sample_index = 5"
    ),
    "regions_daily_counts_every_build_once": (
        "update marts.builds__regions_daily set build_count = build_count + 1"
    ),
    "anomaly_counts_are_those_of_the_anomalies": (
        "update marts.builds__builds set spike_count = spike_count + 1"
    ),
    "is_false_builds__builds_is_region_ambiguous": (
        "update marts.builds__builds set is_region_ambiguous = true"
    ),
    "is_false_builds__builds_is_status_ambiguous": (
        "update marts.builds__builds set is_status_ambiguous = true"
    ),
    "is_false_builds__samples_is_above_machine_memory": (
        "update marts.builds__samples set is_above_machine_memory = true"
    ),
    "policy_versions_follow_each_other": (
        "update headroom_reference.ara_policy_versions set valid_to_utc = null"
    ),
    "names_the_environment_deployments_": (
        "update headroom_reference.deployments set environment = 'elsewhere'"
    ),
    "names_the_environment_ara_policy_versions_": (
        "update headroom_reference.ara_policy_versions set environment = 'elsewhere'"
    ),
    "policy_percentile_is_the_maximum": (
        "update headroom_reference.ara_policy_versions set percentile = 0.9"
    ),
    "accepted_values_flotilla__runs_replay_agreement__exact__within__outside__no_donors": (
        "update marts.flotilla__runs set replay_agreement = 'perhaps'"
    ),
    "accepted_values_flotilla__runs_attribution__unscheduled__not_eligible__gpu_request"
    "__ara_capped__ara_exact__ara_in_interval__ara_mismatch__floor__default__run_request": (
        "update marts.flotilla__runs set attribution = 'luck'"
    ),
    "masks_read_alike_on_every_engine": (
        "update headroom_reference.masks set expected_masked = example where mask_name = 'uuid'"
    ),
    "unique_grain_flotilla__shared_hashes_definition_id__command_hash": (
        "insert into marts.flotilla__shared_hashes select 'd', 'h', 2, 0, 0, 2, 1, now(), now()"
        " from (values (1), (2)) as twice (x)"
    ),
}
# One failure is there, of a history that says it is resolved.
DAMAGE |= {
    "accepted_values_attempts__attempts_outcome__open__succeeded__failed": (
        "update marts.attempts__attempts set outcome = 'maybe'"
    ),
    "accepted_values_failures__failures_failure_class__resource__user__infrastructure__unknown": (
        "update marts.failures__failures set failure_class = 'fate'"
    ),
    "relationships_failures__failures_rule_name__rule_name__ref_failure_rules_": (
        "update marts.failures__failures set rule_name = 'unwritten'"
    ),
    "accepted_values_failures__patterns_denominator__attempts__unknown": (
        "update marts.failures__patterns set denominator = 'guess'"
    ),
    "accepted_values_failures__patterns_dimension__type__project__node__image__hour__weekday"
    "__day": ("update marts.failures__patterns set dimension = 'moon' where dimension = 'day'"),
    "accepted_values_failures__patterns_trend__rising__falling__steady__unknown": (
        "update marts.failures__patterns set trend = 'sideways'"
    ),
    "accepted_values_failures__recoveries_recovered_by__success__history": (
        "update marts.failures__recoveries set recovered_by = 'luck'"
    ),
    "accepted_values_failures__recovery_times_dimension__all__type__project": (
        "update marts.failures__recovery_times set dimension = 'moon'"
    ),
    "every_failed_attempt_is_a_failure_once": (
        "insert into marts.failures__failures select * from marts.failures__failures"
    ),
    "every_failure_with_a_job_is_in_one_episode": (
        "update marts.failures__recoveries set failure_count = failure_count + 5"
    ),
    "failure_rules_read_alike_on_every_engine": (
        "update headroom_reference.failure_rules set example = 'ok' where rule_name = 'oom_killed'"
    ),
}
for mart, grain in (
    ("builds__samples", "build_id__sample_index"),
    ("builds__anomalies", "build_id__sample_index__metric__rule_name"),
    ("builds__regions_daily", "built_day__region"),
):
    DAMAGE[f"unique_grain_{mart}_{grain}"] = f"insert into marts.{mart} select * from marts.{mart}"
for mart in ("builds__samples", "builds__anomalies"):
    DAMAGE[f"relationships_{mart}_build_id__build_id__ref_builds__builds_"] = (
        f"update marts.{mart} set build_id = 'nobody''s' where sample_index = 2"
    )
for grain in (
    "allocation_daily_queued_day__definition_id__definition_alias__baseline_memory_mb__memory_mb"
    "__is_elevated",
    "elevation_daily_queued_day__definition_id__definition_alias",
    "hash_health_daily_queued_day__definition_id__engine__definition_alias",
):
    table = f"marts.flotilla__{grain.partition('_queued_day')[0]}"
    DAMAGE[f"unique_grain_flotilla__{grain}"] = f"insert into {table} select * from {table}"


# These marts are empty here: a table of one bad row stands in for each.
for mart, columns in {
    "failures__nodes": {"denominator": "attempts__unknown"},
    "failures__images": {"denominator": "attempts__unknown"},
    "failures__retries": {
        "change_made": "memory_raised__memory_lowered__image_changed__unchanged",
    },
    "failures__recommendations": {
        "basis": "tested__not_proven__count_only__count",
        "kind": "node__image__hour__project__template__memory_request",
        "severity": "high__medium__low__info",
        "state": "open__ongoing__resolved",
    },
    "waste__recommendations": {
        "advice": "lower__raise__retry_with_more__keep__set__insufficient_data__exempt",
    },
    "waste__failures": {
        "cause": "memory__leak__infrastructure__other",
        "more_memory_helps": "yes__no__unknown",
    },
    "waste__retries": {
        "advice": (
            "more_memory__more_memory_not_tried__more_memory_seldom_helps__leak__the_same_again"
            "__no_retry"
        ),
    },
}.items():
    for column, values in columns.items():
        bad_row = ", ".join(f"cast('guess' as text) as {name}" for name in columns)
        DAMAGE[f"accepted_values_{mart}_{column}__{values}"] = (
            f"drop table marts.{mart} cascade; create table marts.{mart} as select {bad_row}"
        )
DAMAGE["no_solution_worked_more_often_than_it_was_tried"] = (
    "update marts.failures__remediations set failure_count = -1"
)
DAMAGE |= {
    "waste_parts_add_up_to_the_bill": (
        "update marts.waste__attempts_daily set used_gb_hours = used_gb_hours + 0.000001"
    ),
    "waste_counts_every_ended_attempt_once": (
        "update marts.waste__attempts_daily set attempt_count = attempt_count + 1"
    ),
    "accepted_values_waste_exemptions_kind__whole_node__reserved": (
        "insert into headroom_reference.waste_exemptions (kind) values ('guess')"
    ),
}
# Kinds that ask the same of any column: one damaged place stands for the others of its layer.
SHARED_KINDS = ("not_null", "unique", "unique_grain")
DAMAGE |= {
    "not_null_thresholds_unit": "update headroom_reference.thresholds set unit = null",
    "accepted_values_masks_flags__g__gi": (
        "update headroom_reference.masks set flags = 'x' where mask_name = 'uuid'"
    ),
    "unique_masks_mask_name": (
        "insert into headroom_reference.masks select * from headroom_reference.masks"
    ),
    "unique_grain_ara_policy_versions_environment__policy_version": (
        "insert into headroom_reference.ara_policy_versions"
        " select * from headroom_reference.ara_policy_versions"
    ),
    "not_null_int_flotilla__hash_keys_weekly_run_count": (
        "update headroom_intermediate.int_flotilla__hash_keys_weekly set run_count = null"
    ),
    "unique_grain_int_flotilla__hash_commands_daily_queued_day__finished_day__definition_id__engine"
    "__command_hash__command_md5__has_command": (
        "insert into headroom_intermediate.int_flotilla__hash_commands_daily"
        " select * from headroom_intermediate.int_flotilla__hash_commands_daily"
    ),
    "unique_int_flotilla__commands_fingerprinted_command_md5": (
        "insert into headroom_intermediate.int_flotilla__commands_fingerprinted"
        " select * from headroom_intermediate.int_flotilla__commands_fingerprinted"
    ),
}


# The runs, what they are made of, and the data tests that ask nothing of other marts.
RUNS = ("--select", "+flotilla__runs", "--indirect-selection", "cautious")
WITHOUT_UNIT_TESTS = ("--exclude", "test_type:unit")


def build_runs(project: Project, bad_runs: dict[str, Row], succeeds: bool) -> dict[str, str]:
    with project.in_environment():
        write_raw(project.settings, [*GOOD_RUNS, *bad_runs.values()], [definition_row()])
    return project.dbt("build", *RUNS, *WITHOUT_UNIT_TESTS, succeeds=succeeds)


def raised(project: Project, statuses: dict[str, str], status: str) -> dict[str, int | None]:
    return {name: project.failures[name] for name, found in statuses.items() if found == status}


@pytest.fixture(scope="module")
def good(module_project: Project) -> tuple[Project, dict[str, str]]:
    """Good runs and logs, built; and how each node ended."""
    with module_project.in_environment():
        write_raw(module_project.settings, GOOD_RUNS, [definition_row()])
        logs = [str(LOGS / "cloud_build.log"), str(LOGS / "several_builds.log.gz")]
        load_build_stats(module_project.settings, logs, Options())
        land(module_project.settings, {EVENTS: arrow_rows(EVENTS, [RESOLVED_FAILURE])})
    return module_project, module_project.dbt("build", *WITHOUT_UNIT_TESTS)


def test_good_runs_set_off_nothing(good: tuple[Project, dict[str, str]]) -> None:
    project, statuses = good
    assert not raised(project, statuses, "warn")


def test_every_data_test_is_shown_to_fail(good: tuple[Project, dict[str, str]]) -> None:
    """A test of a new kind, or with its own values, needs a known-bad case: here or elsewhere.

    Domains with their own file show it there, such as test_throughput.py.
    """
    project, _ = good
    shown = {*BREAKS_THE_BUILD, *IS_COUNTED, *DAMAGE}
    tests = project.named("test_type:data", "--exclude", "path:tests/dbt/macros", *SHOWN_ELSEWHERE)
    assert set(DAMAGE) <= tests
    known = mechanisms(project)
    shown_mechanisms = {known[name] for name in shown}
    assert not [
        name
        for name in tests - shown
        if not (is_shared(known[name]) and known[name] in shown_mechanisms)
    ]


def mechanisms(project: Project) -> dict[str, tuple[str, str]]:
    """Give each data test's kind and layer: a seed, a mart, or a model below the marts."""
    manifest = manifest_for(project.environment())
    assert manifest
    found = {}
    for node in manifest.nodes.values():
        if node.resource_type == "test":
            metadata = getattr(node, "test_metadata", None)
            tested = manifest.nodes.get(getattr(node, "attached_node", None) or "")
            found[node.name] = (metadata.name, layer(tested)) if metadata else ("singular", "")
    return found


def layer(tested: ManifestNode | None) -> str:
    if tested is None or tested.resource_type != "model":
        return "seed"
    return "mart" if tested.access == "public" else "below the marts"


def is_shared(mechanism: tuple[str, str]) -> bool:
    """Say whether one case stands for others; lists of values in seeds are checked by one rule."""
    return mechanism[0] in SHARED_KINDS or mechanism == ("accepted_values", "seed")


def test_damage_to_a_table_sets_off_its_test(good: tuple[Project, dict[str, str]]) -> None:
    """What the other tests ask of the good build was asked when it was built."""
    project, _ = good
    for statement in DAMAGE.values():
        project.execute(statement)
    statuses = project.dbt("test", "--select", *DAMAGE, succeeds=False)
    found = {**raised(project, statuses, "fail"), **raised(project, statuses, "warn")}
    missed = set(DAMAGE) - set(found)
    assert not missed
    assert found["every_pulled_run_is_in_the_mart"] == 2


def test_broken_hashes_stop_the_build_before_the_marts(project: Project) -> None:
    statuses = build_runs(project, BREAKS_THE_BUILD, succeeds=False)
    assert raised(project, statuses, "fail") == dict.fromkeys(BREAKS_THE_BUILD, 1)
    assert statuses["flotilla__runs"] == "skipped"


def test_odd_runs_are_kept_and_counted(project: Project) -> None:
    statuses = build_runs(project, IS_COUNTED, succeeds=True)
    assert raised(project, statuses, "warn") == dict.fromkeys(IS_COUNTED, 1)
    runs = project.query("select count(*) from marts.flotilla__runs")
    assert runs == [(len(GOOD_RUNS) + len(IS_COUNTED),)]
