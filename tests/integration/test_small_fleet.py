"""The small fleet is small, alike on both engines, and holds everything that marts tell apart."""

from tests.support.project import Project

# What one run of flotilla__runs shows.
KINDS = {
    **{
        f"attribution {name}": f"attribution = '{name}'"
        for name in (
            "unscheduled",
            "not_eligible",
            "gpu_request",
            "ara_capped",
            "ara_exact",
            "ara_in_interval",
            "ara_mismatch",
            "floor",
            "default",
            "run_request",
        )
    },
    **{
        f"origin {origin}, {when} the fix": f"hash_origin = '{origin}' and {sign} is_after_hash_fix"
        for origin in ("command", "description", "client", "null")
        for when, sign in (("before", "not"), ("after", ""))
    },
    **{
        f"status {status}": f"status = '{status}'"
        for status in ("QUEUED", "PENDING", "RUNNING", "STOPPED", "NEEDS_RETRY")
    },
    **{
        f"policy {name}": f"policy_version = '{name}'"
        for name in (
            "description_hash",
            "null_matches_definition",
            "command_hash",
            "command_hash_cap_248gb",
            "command_hash_spark_description",
            "command_hash_cap_350gb",
        )
    },
    **{
        f"OOM by {evidence}": f"oom_evidence = '{evidence}'"
        for evidence in ("both", "exit_code", "exit_reason")
    },
    "other failure": "exit_code = 1 and not is_oom",
    "deadline": "exit_reason like '%deadline%'",
    "open, older than the lookback": "status = 'RUNNING' and queued_at < '2025-12-31'",
    "contaminated": "is_contaminated",
    "elevated by its own donors": "is_elevated and own_donor_count > 0 and not is_contaminated",
    "elevated, ARA asked for": "is_elevated_ara_enabled",
    "foreign donors, not contaminated": "foreign_donor_count > 0 and not is_contaminated",
    "at the cap": "is_at_cap",
    "more donors than are read": "certain_donor_count > 30",
    "possible donors": "possible_donor_count > 0",
    "lowered by ARA": "memory_limit_mb > memory_mb",
    "peak known": "peak_memory_mb is not null",
    "peak unknown": "status = 'STOPPED' and peak_memory_mb is null",
    "eks-spark": "engine = 'eks-spark'",
    "GPU": "gpu_count > 0",
    "definition missing": "is_definition_missing",
    "unknown status": "is_status_unknown",
    "unknown engine": "is_engine_unknown",
    "clock skew": "has_clock_skew",
    "never queued": "queued_at is null",
    "spot": "node_lifecycle = 'spot'",
    "on demand": "node_lifecycle = 'ondemand'",
}
# What other tables show, each as a count of rows.
ELSEWHERE = {
    "pod events": "flotilla.task where pod_events is not null",
    "empty command": "flotilla.task where command = ''",
    "NULL command": "flotilla.task where command is null",
    "NULL description": "flotilla.task where description is null",
    "definition without a run": "flotilla.task_def where definition_id not in "
    "(select definition_id from flotilla.task where definition_id is not null)",
    "chain of several links": "marts.flotilla__contamination_lineages where depth > 2",
    "shared hash": "marts.flotilla__shared_hashes",
    "covered runs": "marts.flotilla__hash_key_frontier where covered_run_count > 0",
    "starved runs": "marts.flotilla__hash_key_frontier where covered_run_count < run_count",
    "cold starts": "marts.flotilla__hash_key_frontier where cold_start_oom_count > 0",
    "recovery": "marts.failures__recoveries where not is_open",
    "open episode": "marts.failures__recoveries where is_open",
}


def test_every_kind_of_run_occurs(small: Project) -> None:
    counts = [f"count(*) filter (where {kind}) as c" for kind in KINDS.values()]
    ((run_count, *found),) = small.query(
        f"select count(*), {', '.join(counts)} from marts.flotilla__runs"
    )
    found += [small.query(f"select count(*) from {rows}")[0][0] for rows in ELSEWHERE.values()]
    names = [*KINDS, *ELSEWHERE]
    assert [name for name, count in zip(names, found, strict=True) if not count] == []
    assert 4_500 < run_count < 6_000
