"""What a change changed, counted in SQL, on the small fleet: against the runs themselves."""

import math
from typing import Any

import pytest

from tests.support.project import Project

# Of which runs, and which of them: said again, apart from the model's macro.
OUTCOMES = {
    "elevated": ("is_ara_enabled and memory_mb is not null", "is_elevated_ara_enabled"),
    "at_cap": ("memory_mb is not null", "is_at_cap"),
    "oom": ("is_final", "is_oom"),
    "null_hash": ("has_command", "command_hash is null"),
    "contaminated": ("memory_mb is not null", "is_contaminated"),
}


def rows_of(project: Project, sql: str) -> list[dict[str, Any]]:
    names = [
        row[0]
        for row in project.query(
            "select column_name from information_schema.columns"
            " where table_schema = 'marts' and table_name = 'effects__changes'"
            " order by ordinal_position"
        )
    ]
    found = project.query(f"select {', '.join(names)} from marts.effects__changes {sql}")
    return [dict(zip(names, row, strict=True)) for row in found]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_counts_are_those_of_the_runs(small: Project, outcome: str) -> None:
    of, event = OUTCOMES[outcome]
    found = rows_of(small, f"where outcome = '{outcome}' and cohort_kind = 'all'")
    assert {row["change"] for row in found} >= {"command_hash_fix", "command_hash_cap_248gb"}
    for row in found:
        for side in ("before", "after"):
            days = [row[f"{side}_from"], row[f"{side}_until"]]
            counts = (row[f"{side}_run_count"], row[f"{side}_event_count"])
            if None in days:
                assert counts == (0, 0)
                continue
            assert [counts] == small.query(
                f"select count(*), count(*) filter (where {event}) from marts.flotilla__runs"
                f" where queued_day between '{days[0]}' and '{days[1]}' and {of}"
            )


def test_no_bound_leaves_its_range_and_an_empty_side_claims_nothing(small: Project) -> None:
    found = rows_of(small, "")
    assert {"fell", "not proven", "no runs after"} <= {row["verdict"] for row in found}
    for row in found:
        for side in ("before", "after"):
            for kind in ("", "wilson_"):
                low, high = row[f"{side}_{kind}low"], row[f"{side}_{kind}high"]
                if row[f"{side}_run_count"]:
                    assert 0 <= low <= row[f"{side}_share"] <= high <= 1
                else:
                    assert (low, high) == (None, None)
            assert row[f"{side}_effective_runs"] <= row[f"{side}_run_count"]
        if not row["before_run_count"] or not row["after_run_count"]:
            assert row["verdict"] in ("no runs before", "no runs after")
            assert row["fisher_p"] is row["rate_ratio"] is row["difference"] is None
            continue
        assert 0 <= row["fisher_p"] <= 1
        assert -1 <= row["difference_low"] <= row["difference"] <= row["difference_high"] <= 1
        if row["cohort_kind"] == "all":
            parts = row["mix_part"] + row["within_part"]
            assert math.isclose(parts, row["difference"], abs_tol=1e-9)
        if row["net_difference"] is not None:
            assert row["net_difference_low"] <= row["net_difference"] <= row["net_difference_high"]


def test_how_much_days_vary_is_pearsons_statistic(small: Project) -> None:
    (row,) = rows_of(
        small, "where change = 'command_hash_fix' and outcome = 'oom' and cohort_kind = 'all'"
    )
    days = small.query(
        "select count(*), count(*) filter (where is_oom) from marts.flotilla__runs where is_final"
        f" and queued_day between '{row['before_from']}' and '{row['before_until']}'"
        " group by queued_day"
    )
    share = row["before_share"]
    terms = [(k - n * share) ** 2 / (n * share * (1 - share)) for n, k in days]
    assert math.isclose(row["dispersion"], sum(terms) / (len(days) - 1))
    daily = row["before_run_count"] / len(days)
    expected = min(1.0, max(0.0, (row["dispersion"] - 1) / (daily - 1)))
    assert math.isclose(row["day_correlation"], expected)


def test_a_near_change_is_named(small: Project) -> None:
    found = rows_of(small, "where change = 'command_hash_fix'")
    assert {row["overlapping_change"] for row in found} == {"command_hash_cap_248gb"}
    assert not any(row["is_identifiable"] for row in found)


def test_bounds_are_computed_once(small: Project) -> None:
    assert not rows_of(small, "where verdict = 'not computed'")
    assert small.query(
        "select count(*) from (select 1 from headroom_operations.effect_bounds group by"
        " before_event_count, before_run_count, before_effective_runs,"
        " after_event_count, after_run_count, after_effective_runs having count(*) > 1) as twice"
    ) == [(0,)]


def card(project: Project, *options: str) -> str:
    outcome = project.headroom("report", "effect", *options)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return " ".join(outcome.stdout.split())


def test_a_card_of_other_days_counts_these(small: Project) -> None:
    days = ("--before", "2025-12-01..2025-12-10", "--after", "2025-12-17..2025-12-17")
    shown = card(small, "--change", "command_hash_fix", *days)
    assert "before: 2025-12-01 to 2025-12-10; after: 2025-12-17 to 2025-12-17" in shown
    (counts,) = small.query(
        "select count(*), count(*) filter (where command_hash is null) from marts.flotilla__runs"
        " where queued_day between '2025-12-01' and '2025-12-10' and has_command"
    )
    assert f"{counts[1]:,} of {counts[0]:,}" in shown


def test_what_cannot_be_compared_is_said(small: Project) -> None:
    for options, said in (
        (("--change", "nothing_like_it"), "no change is called 'nothing_like_it'"),
        (("--definition", "nobody"), "no run of a definition with the alias 'nobody'"),
        (
            ("--change", "command_hash_cap_350gb", "--as-of", "2025-12-17"),
            "no whole day after it is known by then",
        ),
        (("--change", "command_hash_fix", "--after", "2025-12-01..2025-12-05"), "do not lie"),
        (("--before", "many"), "neither a number of days nor a range of days"),
    ):
        outcome = small.headroom("report", "effect", *options)
        assert outcome.returncode == 2, outcome.stdout
        assert said in " ".join(outcome.stderr.split())
