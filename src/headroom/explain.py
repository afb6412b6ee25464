"""One run's story: why it got its memory, from whom, and what it would have got otherwise."""

import shlex
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from headroom.errors import UsageError
from headroom.inventory import require_marts
from headroom.report.compiled import compile_analyses, for_run
from headroom.report.run import query_marts
from headroom.settings import Settings
from headroom.terminal import plain
from headroom.warehouse import Result, open_warehouse

# How each attribution reads in a sentence.
REASONS = {
    "unscheduled": "it was not scheduled",
    "not_eligible": "ARA does not size runs of its engine",
    "gpu_request": "ARA does not size GPU runs",
    "ara_capped": "ARA's estimate was above the cap",
    "ara_exact": "ARA's estimate from its donors",
    "ara_in_interval": "within what ARA could have estimated",
    "ara_mismatch": "its donors do not explain it",
    "floor": "the floor, because its definition asks for less",
    "default": "its definition's own memory",
    "run_request": "nothing else explains it: the run asked for it",
}

# The masks changed after the source had dropped the run.
LOST = "no longer known: neither the source nor the marts hold the command"


@dataclass(frozen=True)
class Story:
    """A run as `flotilla__runs` knows it, and its donors, the most decisive first.

    Commands are masked; None where the run has none.
    """

    run: dict[str, Any]
    donors: list[dict[str, Any]]


def read_story(settings: Settings, run_id: str) -> Story:
    """Read a run and its donors from the marts; raise UsageError for a run that is not there.

    Raises WarehouseUnavailableError where there are no marts, or where they cannot answer.
    """
    require_marts(settings, "flotilla")
    names = ("explain_run", "explain_donors")
    run_sql, donors_sql = (
        for_run(sql, run_id) for sql in compile_analyses(settings, names).values()
    )
    with open_warehouse(settings, read_only=True) as warehouse:
        runs = _records(query_marts(warehouse, "explain_run", run_sql))
        if not runs:
            raise UsageError(f"there is no run {run_id}", "is the last build older than the run?")
        return Story(runs[0], _records(query_marts(warehouse, "explain_donors", donors_sql)))


def differing_words(command: str | None, other: str | None) -> str:
    """Say how another command differs: the words only it has, "the same", or "no command".

    An option that stands before a differing value is named with it.
    """
    if (command or None) == (other or None):
        return "the same"
    if not other:
        return "no command"
    mine, theirs = _words(command or ""), _words(other)
    parts = []
    for kind, _, _, start, end in SequenceMatcher(None, mine, theirs, False).get_opcodes():
        if kind in ("replace", "insert"):
            named = start > 0 and theirs[start - 1].startswith("-")
            parts.append(" ".join(theirs[start - named : end]))
        elif kind == "delete":
            parts.append("(fewer words)")
    return " … ".join(parts)


def print_story(console: Console, story: Story) -> None:
    """Print a run's story."""
    run = story.run
    console.rule(f"[bold]{plain(run['run_id'])}[/bold]")
    for label, text in _facts(run):
        console.print(f"[dim]{label:>22}[/dim]  {plain(text)}", highlight=False)
    console.print()
    if story.donors:
        console.print(_donors_table(story))
    elif _beyond_contamination(run) is None:
        console.print("The lookup could not have read any earlier OOM run.", style="dim")
    console.print(otherwise(run), highlight=False)


def _facts(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("definition", f"{run['definition_alias'] or 'missing'} ({run['definition_id']})"),
        ("command", run["command"] or (LOST if run["has_command"] else "none")),
        ("stored hash", f"{run['command_hash'] or 'none'} ({run['hash_origin']})"),
        ("queued", f"{run['queued_at']:%Y-%m-%d %H:%M:%S} UTC" if run["queued_at"] else "-"),
        ("policy version", run["policy_version"] or "before the first known"),
        ("ended", _ending(run)),
        ("baseline", f"{_mb(run['baseline_memory_mb'])} ({run['baseline_source']})"),
        ("definition default", _mb(run["definition_default_mb"])),
        ("peak used", _mb(run["peak_memory_mb"])),
        ("memory", f"{_mb(run['memory_mb'], 'none')}: {REASONS[run['attribution']]}"),
        ("attribution", run["attribution"]),
    ]


def _ending(run: dict[str, Any]) -> str:
    if run["is_oom"]:
        return f"out of memory (exit code {run['exit_code']}, reason {run['exit_reason']})"
    if run["status"] == "STOPPED" and run["finished_at"] is None:
        return "STOPPED, without the moment of its end"
    if run["finished_at"] is None:
        return f"not yet ({run['status']})"
    return f"exit code {run['exit_code']}, reason {run['exit_reason'] or 'none'}"


def _donors_table(story: Story) -> Table:
    run = story.run
    title = (
        f"Donors: {run['certain_donor_count']} certain, {run['possible_donor_count']} possible; "
        f"{run['foreign_donor_count']} ran another command"
    )
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("donor", overflow="fold")
    table.add_column("queued (UTC)")
    table.add_column("memory MB", justify="right")
    for heading in ("read", "decisive", "command differs by"):
        table.add_column(heading, overflow="fold")
    for donor in story.donors:
        table.add_row(
            plain(donor["run_id"]),
            f"{donor['queued_at']:%Y-%m-%d %H:%M:%S}",
            f"{donor['memory_mb']:,}",
            "certainly" if donor["is_certain"] else "possibly",
            "yes" if donor["run_id"] == run["decisive_donor_run_id"] else "",
            plain(_difference(run, donor)),
        )
    return table


def _difference(run: dict[str, Any], donor: dict[str, Any]) -> str:
    if any(side["has_command"] and not side["command"] for side in (run, donor)):
        return LOST
    return differing_words(run["command"], donor["command"])


def otherwise(run: dict[str, Any]) -> str:
    """Say what the run would have got without the donors that ran other commands."""
    if not run["is_contaminated"]:
        return _beyond_contamination(run) or (
            "Not contaminated: without foreign donors it would have got the same."
        )
    without = run["uncontaminated_memory_mb"]
    if without is None:
        return "Contaminated: its definition is missing, so what it would have got is unknown."
    cost = run["contaminated_gb_hours"]
    return (
        f"Contaminated: without foreign donors it would have got {_mb(without)}; "
        f"the difference cost {0 if cost is None else cost:,.3f} GB.h."
    )


def _beyond_contamination(run: dict[str, Any]) -> str | None:
    """Say why foreign donors cannot have changed this run; None where they can have."""
    if run["memory_mb"] is None:
        return (
            "It was never scheduled: it has no memory, so no other run's memory reached it."
            if run["finished_at"] or run["status"] == "STOPPED"
            else "It is not scheduled yet: what it gets is not decided."
        )
    if run["attribution"] in ("not_eligible", "gpu_request"):
        return "ARA did not size it, so no other run's memory reached it."
    if run["policy_version"] is None:
        return (
            "Whether other runs' memory reached it is unknown: "
            "ara_policy_versions has no rules for its time."
        )
    return None


def _records(result: Result) -> list[dict[str, Any]]:
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        # An open quote: the words are only shown, so spaces will do.
        return command.split()


def _mb(value: int | None, missing: str = "unknown") -> str:
    return missing if value is None else f"{value:,} MB"
