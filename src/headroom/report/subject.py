"""What a report is about on these data: the definition, the run, the cap and the days it names.

The reference fleet is asked what the documents asked. Other data are asked about what a user named,
or about what stands out in them; the notes say which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headroom.errors import UsageError
from headroom.report.published import DEFINITION, EXAMPLE_RUN

Row = Mapping[str, Any]
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Request:
    """What a user asks of a report; None where the report has to choose.

    `as_of` is the exclusive end of what may be seen, None the end of history. With
    `must_be_published` only the reference fleet will do.
    """

    as_of: datetime | None = None
    definition: str | None = None
    run_id: str | None = None
    must_be_published: bool = False

    def values(self, as_of: datetime, *, is_reference: bool) -> Values:
        """Give what an analysis is filled with before the subject is known."""
        published = (DEFINITION, EXAMPLE_RUN) if is_reference else ("", "")
        return {
            "as_of": [as_of.isoformat()],
            "definition": [self.definition or published[0]],
            "run_id": [self.run_id or published[1]],
        }


@dataclass(frozen=True)
class Subject:
    """What the report found to be about.

    `values` fill the places in the SQL; `titles` those in titles; `missing` names the subjects that
    these data do not have, whose questions are left out; `notes` are sentences for the reader.
    """

    values: Values = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def about_impact(row: Row, request: Request, *, is_reference: bool) -> Subject:
    """Read the row of `impact_subject`; raise UsageError for a definition that has no run."""
    if request.definition is not None and not row["is_definition_known"]:
        raise _unknown(
            f"no run of a definition with the alias {request.definition!r} was queued by then",
            "give an alias as in the column definition_alias of flotilla__runs",
            row["definition"],
        )
    published = DEFINITION if is_reference else None
    definition = request.definition or published or row["definition"]
    chosen = [] if request.definition or is_reference else _definition_notes(row)
    return Subject(
        values={"definition": [definition or ""]},
        titles={
            "definition": definition or "no definition",
            "cap": _cap(row["lowest_cap_mb"], row["highest_cap_mb"]),
            "days": f"{row['before_day'] or 'no day'} against {row['after_day'] or 'no day'}",
        },
        missing=frozenset() if definition else frozenset({"definition"}),
        notes=(*chosen, *_fix_notes(row)),
    )


def about_bug(row: Row, request: Request, *, is_reference: bool) -> Subject:
    """Read the row of `bug_subject`; raise UsageError for a run that is not there."""
    if request.run_id is not None and not row["is_run_known"]:
        raise _unknown(
            f"no run {request.run_id!r} was queued by then",
            "give an id as in the column run_id of flotilla__runs",
            row["run_id"],
        )
    published = EXAMPLE_RUN if is_reference else None
    run_id = request.run_id or published or row["run_id"]
    notes: tuple[str, ...] = ()
    if run_id is None:
        notes = (
            "No run got its memory from another command, so there is no example; "
            "--run RUN_ID shows the lookup of any run.",
        )
    elif request.run_id is None and not is_reference:
        notes = (
            f"The example is {run_id}: no run got more memory from another command. "
            "--run RUN_ID shows another.",
        )
    return Subject(
        values={"run_id": [run_id or ""]},
        titles={"run": run_id or "no run", "near_cap": _gb(row["near_cap_mb"])},
        missing=frozenset() if run_id else frozenset({"run"}),
        notes=notes,
    )


ABOUT = {"impact_subject": about_impact, "bug_subject": about_bug}


def _unknown(message: str, hint: str, example: str | None) -> UsageError:
    return UsageError(message, hint + (f", for example {example}" if example else ""))


def _definition_notes(row: Row) -> list[str]:
    if row["definition"] is None:
        return [
            "No definition has an elevated run: the tables about a single definition are left out. "
            "--definition ALIAS names one."
        ]
    when = (
        "before the fix" if row["elevated_before_count"] else "of all days, and none before the fix"
    )
    return [
        f"The definition followed is {row['definition']}: it has the most elevated runs {when}. "
        "--definition ALIAS follows another."
    ]


def _fix_notes(row: Row) -> list[str]:
    """Say why a day of the comparison is empty."""
    notes = []
    if row["is_before_day_over"] and row["before_run_count"] is None:
        notes.append(
            f"No run was queued on {row['before_day']}, the last whole day before the fix."
        )
    if row["deployed_at"] is None:
        notes.append(
            "The fix is not deployed yet (seed deployments, change command_hash_fix): "
            "there is nothing to compare after it."
        )
    elif row["after_day"] is None:
        notes.append(
            f"The fix has been rolling out since {row['deployed_at']:%Y-%m-%d %H:%M} UTC "
            "and is not in effect everywhere yet: there is nothing to compare after it."
        )
    elif not row["is_after_day_over"]:
        notes.append(
            f"The first whole day of the fix, {row['after_day']}, is not over at this moment."
        )
    elif row["after_run_count"] is None:
        notes.append(f"No run was queued on {row['after_day']}, the first whole day of the fix.")
    return notes


def _cap(lowest: int | None, highest: int | None) -> str:
    if lowest is None or highest is None:
        return "not known"
    return _gb(highest) if lowest == highest else f"{_gb(lowest)} to {_gb(highest)}"


def _gb(memory_mb: int) -> str:
    return f"{memory_mb / 1000:,.10g} GB"
