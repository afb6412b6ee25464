"""Reports, a run's story and the search for raw tables on a user's own data: two definitions."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from headroom.errors import UsageError
from headroom.explain import otherwise, read_story
from headroom.report import REPORTS, Answers, Request, run_report
from headroom.report.compiled import compile_analyses
from headroom.settings import Settings
from tests.support.project import FLOTILLA, Project
from tests.support.raw import Row, definition_row, run_row, write_raw

FIRST = datetime(2025, 12, 10, 1, tzinfo=UTC)
FIX = datetime(2025, 12, 17, tzinfo=UTC)
FIX_DATES = ("2025-12-16 22:19:00+00", "2025-12-17 00:00:00+00", "2025-12-17 00:00:00+00")


def runs() -> Iterator[Row]:
    """Four runs a day of each definition, until two days after the cap fell to 248 GB."""
    for number in range(88):
        queued = FIRST + timedelta(hours=3 * number)
        definition = ("train", "export")[number % 2]
        command = f"python {definition}.py --day {queued:%d}"
        hashed = command if queued >= FIX else definition
        row = run_row(
            f"run-{number}",
            definition_id=definition,
            queued_at=queued,
            command=command,
            description=definition,
            command_hash=hashlib.md5(hashed.encode(), usedforsecurity=False).hexdigest(),
            memory=4000 if definition == "train" else 1000,
        )
        yield {**row, **CHANGED.get(number, {})}


UNSCHEDULED = {"memory": None, "started_at": None, "finished_at": None, "exit_code": None}
CHANGED: dict[int, Row] = {
    # An OOM run whose memory the next day's commands inherit.
    0: {"exit_code": 137, "exit_reason": "OOMKilled"},
    10: {"memory": 7000},
    12: {"memory": 7000},
    # At the cap and elevated, with the flag: in the total once.
    41: {"memory": 350000},
    # At the cap of 248 GB; 350 GB are above it by then.
    75: {"memory": 248000},
    77: {"memory": 350000},
    86: UNSCHEDULED,
    87: {**UNSCHEDULED, "status": "PENDING"},
}


@pytest.fixture(scope="module")
def own(module_project: Project) -> Project:
    definitions = [
        definition_row("train", alias="train-model", memory=4000),
        definition_row("export", memory=1000, alias="[export]", adaptive_resource_allocation=True),
    ]
    with module_project.in_environment():
        write_raw(module_project.settings, list(runs()), definitions)
    module_project.dbt(*FLOTILLA)
    return module_project


@pytest.fixture(autouse=True)
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom.report.run.compile_analyses", _compiled)


@cache
def _all_compiled(settings: Settings) -> Mapping[str, str]:
    names = [
        name
        for report in REPORTS.values()
        for name in [report.subject, *(question.analysis for question in report.questions)]
        if name
    ]
    return compile_analyses(settings, names)


def _compiled(settings: Settings, names: list[str]) -> dict[str, str]:
    return {name: _all_compiled(settings)[name] for name in names}


def asked(project: Project, name: str, **request: Any) -> Answers:
    with project.in_environment():
        return run_report(project.settings, REPORTS[name], Request(**request))


def rows(answers: Answers, analysis: str) -> list[tuple[Any, ...]]:
    return next(a.result.rows for a in answers.answers if a.question.analysis == analysis)


def deployed(project: Project, *moments: str | None) -> None:
    values = ["null" if moment is None else f"'{moment}'" for moment in moments]
    project.execute(
        "update headroom_reference.deployments set merged_at_utc = {}, deployed_at_utc = {},"
        " fully_deployed_at_utc = {} where change = 'command_hash_fix'".format(*values)
    )


def test_the_impact_report_is_about_what_stands_out(own: Project) -> None:
    answers = asked(own, "impact")
    assert answers.notes[0].startswith("The definition followed is train-model: ")
    printed = " ".join(answer.title for answer in answers.answers)
    assert "What train-model was given" in printed
    assert "Runs at the cap (248 GB to 350 GB) a day" in printed
    assert not any(word in printed for word in ("forklift", "differ from the data"))
    assert rows(answers, "impact_before_after") == [
        ("runs_at_cap", 1, 0, -100),
        ("elevated_runs_of_definition", 0, 0, None),
        ("runs_at_cap_or_elevated", 1, 0, -100),
    ]
    at_cap = rows(answers, "impact_q2_runs_at_cap_by_alias")
    assert [(str(day), alias, count) for day, alias, count in at_cap] == [
        ("2025-12-15", "[export]", 1),
        ("2025-12-19", "[export]", 1),
    ]


def test_a_definition_that_is_named_is_followed(own: Project) -> None:
    answers = asked(own, "impact", definition="[export]")
    assert answers.notes == ()
    assert rows(answers, "impact_before_after")[1] == ("elevated_runs_of_definition", 1, 0, -100)
    with pytest.raises(UsageError, match="'forklift-deploy-model-v1'"):
        asked(own, "impact", definition="forklift-deploy-model-v1")


def test_the_bug_report_shows_the_worst_inheritance(own: Project) -> None:
    answers = asked(own, "bug")
    assert answers.notes[0].startswith("The example is run-10: ")
    assert rows(answers, "bug_q6_inherited_estimate") == [("run-10", 1, 4000, 7000, 7000)]
    assert "slips" not in " ".join(answer.question.analysis for answer in answers.answers)
    assert rows(asked(own, "bug", run_id="run-12"), "bug_q6_inherited_estimate")[0][0] == "run-12"


def test_published_tables_are_not_compared_with_a_users_data(own: Project) -> None:
    with pytest.raises(UsageError, match="hold in the reference fleet alone"):
        asked(own, "impact", must_be_published=True)


@pytest.mark.parametrize(
    ("moments", "days", "said"),
    [
        ((None, None, None), "no day against no day", "not deployed yet"),
        (("2025-12-15 09:00:00+00", None, None), "2025-12-14 against no day", "not deployed yet"),
        (
            ("2025-12-15 09:00:00+00", "2025-12-16 09:00:00+00", None),
            "2025-12-14 against no day",
            "rolling out since 2025-12-16 09:00 UTC",
        ),
        (
            (None, "2025-12-16 09:00:00+00", "2025-12-17 09:00:00+00"),
            "2025-12-15 against 2025-12-18",
            "The definition followed",
        ),
        (
            ("2026-03-01 00:00:00+00",) * 3,
            "2026-02-28 against 2026-03-01",
            "2026-03-01, is not over",
        ),
    ],
)
def test_the_days_are_those_of_the_deployment(
    own: Project, moments: tuple[str | None, ...], days: str, said: str
) -> None:
    deployed(own, *moments)
    try:
        answers = asked(own, "impact")
    finally:
        deployed(own, *FIX_DATES)
    assert answers.answers[0].title.endswith(days)
    assert said in " ".join(answers.notes)


def test_before_the_first_run_nothing_fails(own: Project) -> None:
    for name in REPORTS:
        answers = asked(own, name, as_of=datetime(2025, 12, 1, tzinfo=UTC))
        assert not any(question.about for question in (a.question for a in answers.answers))


def test_a_run_that_was_never_scheduled_has_no_contamination(own: Project) -> None:
    with own.in_environment():
        assert "never scheduled" in otherwise(read_story(own.settings, "run-86").run)
        assert "not scheduled yet" in otherwise(read_story(own.settings, "run-87").run)
