"""Answers of the page made by hand: every section has rows, and every name can be chosen."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from headroom.report.page.asking import Answer, Answers
from headroom.report.page.catalog import every_analysis

DAY = date(2025, 12, 17)
MOMENT = datetime(2025, 12, 17, 6, tzinfo=UTC)
MIDNIGHT = datetime(2025, 12, 17)
Rows = list[dict[str, Any]]


def _daily(*columns: str, days: int) -> Rows:
    return [
        {
            "queued_day": DAY - timedelta(days=days - 1 - place),
            **{column: 10 + place % 7 for column in columns},
            "deployed_at": MIDNIGHT if place == days - 1 else None,
            "deployed": "command_hash_fix" if place == days - 1 else None,
        }
        for place in range(days)
    ]


def _fleet(period: str, elevated: int) -> dict[str, Any]:
    return {
        "period": period,
        "newest_at": MOMENT,
        "run_count": 1000,
        "scheduled_run_count": 990,
        "elevated_run_count": elevated,
        "contaminated_run_count": 3,
        "contaminated_gb_hours": Decimal("120.5"),
        "ended_run_count": 900,
        "oom_run_count": 9,
        "command_run_count": 800,
        "null_hash_run_count": 0,
    }


def _fix(period: str) -> dict[str, Any]:
    return {
        **_fleet(period, 5),
        "deployed_at": MOMENT,
        "null_hash_share_high": 0.005,
        "contaminated_run_count": 0,
        "contaminated_share_high": 0.004,
        "elevated_ara_run_count": 2,
        "elevated_ara_share_high": 0.01,
    }


def _place(column: str, name: str, place: int) -> dict[str, Any]:
    return {
        column: f"{name}{place}",
        "attempt_count": 16,
        "failure_count": 12,
        "failure_rate": 0.75,
        "failure_rate_low": 0.5,
        "failure_rate_high": 0.9,
        "expected_failures": 0.65,
        "expected_rate": 0.04,
        "q_value": 0.0001,
        "is_flagged": place == 0,
    }


def rows_of_all(name: str = "name", *, days: int = 20, places: int = 3) -> dict[str, Rows]:
    """Give rows for every analysis of the page; `name` stands wherever people name things."""
    numbered = [f"{name}{place}" for place in range(places)]
    return {
        "overview_fleet": [_fleet("before", 80), _fleet("last", 90)],
        "overview_fix": [_fix("before"), _fix("since")],
        "overview_alerts": [
            {
                "trouble_kind": "null_hash",
                "subject": name,
                "severity": "critical",
                "opened_at": MOMENT,
                "evidence": f"evidence of {name}",
                "remedy": f"look at {name}",
            }
        ],
        "overview_recommendations": [
            {
                "kind": "node",
                "subject": name,
                "severity": "high",
                "state": "open",
                "evidence": f"12 failures of {name}",
                "suggested_action": f"Cordon {name}",
                "since_at": MOMENT,
            }
        ],
        "overview_elevation_daily": _daily(
            "ara_run_count", "asked_run_count", "other_run_count", days=days
        ),
        "overview_worst_chain": [
            {
                "links_to_leaf": places - 1 - place,
                "run_id": numbered[place],
                "definition_alias": name,
                "user_name": name,
                "queued_at": MOMENT + timedelta(hours=place),
                "memory_mb": round(1024 * 1.75**place),
                "is_oom": True,
                "is_donor_foreign": place > 0,
            }
            for place in range(places)
        ],
        "overview_user_matrix": [
            {
                "donor_rank": donor + 1,
                "donor_user": numbered[donor],
                "recipient_rank": recipient + 1,
                "recipient_user": numbered[recipient],
                "run_count": 1 + donor,
                "contaminated_gb_hours": Decimal(10 * donor + recipient),
            }
            for donor in range(places)
            for recipient in range(places)
        ],
        "replay_key_frontier": [
            {
                "key_candidate": candidate,
                "is_migration_option": candidate == "dual_hash",
                "run_count": 1000,
                "key_count": 20,
                "coverage": Decimal("0.94"),
                "heterogeneity": Decimal("0.12"),
                "contamination_share": Decimal("0.02"),
                "cold_start_oom_count": 7,
            }
            for candidate in ("stored_hash", "command", "dual_hash")
        ],
        "overview_definitions": [
            {
                "definition_alias": numbered[place % places] + str(place),
                "run_count": 100 - place,
                "elevated_run_count": 50,
                "elevated_share": Decimal("0.5"),
                "elevated_ara_run_count": 5,
                "contaminated_run_count": 1,
                "contaminated_gb_hours": Decimal("3.25") * place,
            }
            for place in range(12)
        ],
        "overview_hash_daily": _daily(
            "command_run_count",
            "description_run_count",
            "client_run_count",
            "null_run_count",
            days=days,
        ),
        "overview_shared_hashes": [
            {
                "definition_alias": name,
                "command_hash": "0" * 32,
                "distinct_commands": 7,
                "run_count": 20,
                "oom_count": 3,
            }
        ],
        "overview_nodes": [_place("node_name", name, place) for place in range(places)],
        "overview_images": [_place("image", name, place) for place in range(places)],
        "overview_hours": [
            {
                "hour_of_day": hour,
                "failure_count": hour % 5,
                "expected_failure_count": Decimal("1.5"),
                "attempt_count": 9,
                "q_value": 0.5,
                "is_spike": hour == 14,
            }
            for hour in range(24)
        ],
        "overview_effects": [
            {
                "change": named,
                "outcome": "elevated",
                "in_effect_at": datetime(2025, 12, 17, tzinfo=UTC),
                "before_run_count": 297,
                "before_share": 0.374,
                "before_low": 0.319,
                "before_high": 0.431,
                "after_run_count": 15,
                "after_share": 0.0,
                "after_low": 0.0,
                "after_high": 0.218,
                "proven_effective_reduction": 0.21,
                "verdict": "fell",
                "overlapping_change": name,
            }
            for named in numbered
        ],
        "overview_shifts": [
            {
                "verdict": "unexplained",
                "outcome": "oom",
                "cohort": named,
                "shift_day": DAY,
                "change": name,
                "before_share": 0.02,
                "after_share": 0.3,
                "after_run_count": 99,
                "q_value": 0.0001,
                "days_needed": None,
            }
            for named in numbered
        ],
        "overview_waste_daily": [
            {
                "submitted_day": DAY - timedelta(days=days - 1 - place),
                "memory_gb_hours": Decimal("15"),
                **{
                    f"{part}_gb_hours": Decimal("3")
                    for part in (
                        "used",
                        "over_allocated",
                        "lost_to_oom",
                        "lost_to_failure",
                        "unmeasured",
                    )
                },
            }
            for place in range(days)
        ],
        "overview_requests": [
            {
                "source": "flotilla",
                "job_name": named,
                "advice": "lower",
                "usual_request_mb": 16000,
                "recommended_mb": 7130,
                "known_count": 40,
                "day_count": 12,
                "oom_probability_high": 0.088,
                "saving_gb_hours": Decimal("709.6"),
                "saving_cost": Decimal("3.15"),
                "currency": "USD",
            }
            for named in numbered
        ],
        "overview_waste_jobs": [
            {
                "source": "flotilla",
                "job_name": named,
                "attempt_count": 40,
                "memory_gb_hours": Decimal("1280"),
                "wasted_gb_hours": Decimal("853.6"),
                "contaminated_gb_hours": Decimal("0"),
                "unmeasured_gb_hours": Decimal("0"),
                "memory_cost": Decimal("5.69"),
                "wasted_cost": Decimal("3.79"),
                "currency": "USD",
            }
            for named in numbered
        ],
        "overview_what_helped": [
            {
                "failure_type": name,
                "change_made": "memory raised",
                "retry_count": 10,
                "success_rate": Decimal("0.6"),
                "success_rate_low": 0.3,
                "success_rate_high": 0.8,
                "uplift": 0.168,
            }
        ],
        "overview_solutions": [
            {
                "failure_type": name,
                "description": f"restart {name}",
                "success_count": 6,
                "tried_count": 7,
                "success_rate_low": 0.48,
            }
        ],
        "overview_build_samples": [
            {
                "sampled_at": MOMENT + timedelta(minutes=place),
                "build_id": name,
                "cpu_pct": Decimal(10 + place),
                "memory_used_gb": Decimal(5 + place),
                "has_cpu_anomaly": int(place == 3),
                "has_memory_anomaly": 0,
                "found": "cpu: level_shift" if place == 3 else None,
            }
            for place in range(8)
        ],
        "overview_builds": [
            {
                "build_id": name,
                "region": name,
                "status": None,
                "built_at": MOMENT,
                "sample_count": 8,
                "cpu_peak_pct": Decimal("64"),
                "memory_peak_share": Decimal("0.97"),
                "anomaly_count": 4,
                "overall_consistency": Decimal("0.55"),
            }
        ],
        "overview_workers": [
            {
                "calibration": name,
                "experiment": "none",
                "worker": worker,
                "task_count": 60,
                "busy_share": Decimal("0.85"),
                "skew": Decimal("1.02"),
                "straggler_count": place,
                "warning_count": 0,
            }
            for place, worker in enumerate(numbered)
        ],
        "overview_calibrations": [
            {
                "calibration": name,
                "experiment": "none",
                "trial_count": 40,
                "trial_median_seconds": Decimal("5.7"),
                "busy_share": Decimal("0.85"),
                "duplicated_mb": Decimal("800"),
                "compute_seconds": Decimal("90"),
                "transfer_seconds": Decimal("30"),
                "transfer_share": Decimal("0.25"),
                "verdict": "compute dominates",
            }
        ],
        "overview_builds_made": [
            {
                "build_id": build,
                "started_at": MOMENT,
                "status": "succeeded" if build else "failed",
                "duration_seconds": Decimal("21.5"),
                "is_slow": False,
                "new_runs": 700,
                "changed_runs": 200,
                "tests_failed": 0,
                "tests_warned": 3,
            }
            for build in (2, 1, 0)
        ],
        "overview_marts": [
            {
                "mart_name": "flotilla__runs",
                "build_id": 2,
                "made_at": MOMENT,
                "is_held": False,
                "held_since": None,
                "held_because": None,
            }
        ],
    }


def answers_of(rows: dict[str, Rows], sql: str = "select 1") -> Answers:
    """Make the answers of a page; an analysis that is not among the rows has none."""
    answers = {
        name: Answer(rows.get(name, []), sql, "2025-12-17, end of day UTC")
        for name in every_analysis()
    }
    return Answers(None, answers)


def with_nulls(rows: dict[str, Rows], may_be_null: Callable[[str], bool]) -> dict[str, Rows]:
    """Put NULL in the place of every value whose column may have it."""
    return {
        name: [
            {column: None if may_be_null(column) else value for column, value in row.items()}
            for row in found
        ]
        for name, found in rows.items()
    }
