"""What a report is about: on the reference fleet what the documents ask, else what stands out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from headroom.errors import UsageError
from headroom.report import REPORTS, Request
from headroom.report.published import DEFINITION, EXAMPLE_RUN
from headroom.report.subject import ABOUT, about_bug, about_impact

FIX = datetime(2026, 3, 2, tzinfo=UTC)
IMPACT: dict[str, Any] = {
    "definition": "train",
    "is_definition_known": False,
    "elevated_before_count": 3,
    "lowest_cap_mb": 64000,
    "highest_cap_mb": 64000,
    "before_day": date(2026, 2, 28),
    "after_day": date(2026, 3, 2),
    "deployed_at": FIX,
    "is_before_day_over": True,
    "is_after_day_over": True,
    "before_run_count": 7,
    "after_run_count": 9,
}
BUG: dict[str, Any] = {"run_id": "run-1", "is_run_known": False, "near_cap_mb": 300000}


def notes(**changed: Any) -> str:
    return " ".join(about_impact({**IMPACT, **changed}, Request(), is_reference=False).notes)


def test_a_user_s_report_follows_what_stands_out_and_says_so() -> None:
    subject = about_impact(IMPACT, Request(), is_reference=False)
    assert subject.values == {"definition": ["train"]}
    assert subject.titles["cap"] == "64 GB"
    assert subject.titles["days"] == "2026-02-28 against 2026-03-02"
    assert subject.notes == (
        "The definition followed is train: it has the most elevated runs before the fix. "
        "--definition ALIAS follows another.",
    )


def test_the_reference_fleet_is_asked_what_the_documents_ask() -> None:
    impact = about_impact({**IMPACT, "definition": "other"}, Request(), is_reference=True)
    assert impact.titles["definition"] == DEFINITION
    assert impact.notes == ()
    bug = about_bug(BUG, Request(), is_reference=True)
    assert bug.values == {"run_id": [EXAMPLE_RUN]}
    assert bug.notes == ()


def test_what_a_user_names_wins() -> None:
    asked = Request(definition="mine", run_id="r")
    for is_reference in (True, False):
        impact = about_impact(
            {**IMPACT, "is_definition_known": True}, asked, is_reference=is_reference
        )
        assert impact.titles["definition"] == "mine"
        bug = about_bug({**BUG, "is_run_known": True}, asked, is_reference=is_reference)
        assert bug.titles["run"] == "r"
        assert impact.notes == bug.notes == ()


def test_an_unknown_name_is_refused_with_one_that_exists() -> None:
    with pytest.raises(UsageError, match="'mine'") as refused:
        about_impact(IMPACT, Request(definition="mine"), is_reference=False)
    assert "for example train" in refused.value.hint
    with pytest.raises(UsageError, match="'r'") as refused:
        about_bug({**BUG, "run_id": None}, Request(run_id="r"), is_reference=False)
    assert "for example" not in refused.value.hint


def test_without_a_subject_its_questions_are_left_out() -> None:
    impact = about_impact({**IMPACT, "definition": None}, Request(), is_reference=False)
    assert impact.missing == {"definition"}
    assert "No definition has an elevated run" in impact.notes[0]
    bug = about_bug({**BUG, "run_id": None}, Request(), is_reference=False)
    assert bug.missing == {"run"}
    assert "there is no example" in bug.notes[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"deployed_at": None, "after_day": None}, "not deployed yet"),
        ({"after_day": None}, "rolling out since 2026-03-02 00:00 UTC"),
        ({"is_after_day_over": False}, "2026-03-02, is not over"),
        ({"after_run_count": None}, "No run was queued on 2026-03-02"),
        ({"before_run_count": None}, "No run was queued on 2026-02-28"),
        ({"elevated_before_count": 0}, "none before the fix"),
    ],
)
def test_an_empty_day_has_its_reason(changed: dict[str, Any], said: str) -> None:
    assert said not in notes()
    assert said in notes(**changed)


def test_a_day_to_come_is_not_said_to_be_without_runs() -> None:
    assert "No run" not in notes(is_before_day_over=False, before_run_count=None)


@pytest.mark.parametrize(
    ("lowest", "highest", "cap"),
    [(248000, 350000, "248 GB to 350 GB"), (None, None, "not known"), (16807, 16807, "16.807 GB")],
)
def test_the_cap_is_that_of_the_versions_in_force(
    lowest: int | None, highest: int | None, cap: str
) -> None:
    row = {**IMPACT, "lowest_cap_mb": lowest, "highest_cap_mb": highest}
    assert about_impact(row, Request(), is_reference=False).titles["cap"] == cap


def test_no_title_speaks_of_the_documents_definition_or_cap() -> None:
    rows = {"impact_subject": IMPACT, "bug_subject": BUG}
    for report in REPORTS.values():
        titles: dict[str, str] = {}
        if report.subject:
            row = rows[report.subject]
            titles = ABOUT[report.subject](row, Request(), is_reference=False).titles
        for question in report.questions:
            title = question.title.format_map(titles)
            assert not any(word in title for word in ("forklift", "350", "{", "eks-0d33")), title
