"""The first screen in words: five figures with their direction, tasks for a person, the fix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headroom.report.page.asking import Answer
from headroom.report.page.catalog import ALERTS, FIX, FLEET, RECOMMENDATIONS
from headroom.report.page.cells import Row, moment, number, share

# So many tasks fit the first screen.
MOST_TASKS = 6
# Of alerts and of recommendations, the most severe first.
SEVERITIES = ("critical", "high", "warning", "medium")


@dataclass(frozen=True)
class Tile:
    """A figure of the last seven days and how it moved; `tone` is good, bad or even."""

    label: str
    value: str
    change: str
    tone: str
    definition: str


@dataclass(frozen=True)
class Task:
    """Something that waits for a person."""

    severity: str
    action: str
    evidence: str
    since: str


@dataclass(frozen=True)
class Promise:
    """What the fix promised: the share before it and since, and how high it may still be."""

    label: str
    before: str
    since: str
    at_most: str


@dataclass(frozen=True)
class Verdict:
    """Whether the fix is holding, in a word and a sentence."""

    word: str
    tone: str
    sentence: str
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True)
class Measure:
    """How a tile is made: a part of a whole, or an amount; a rise of it is bad, or even."""

    label: str
    definition: str
    read: Callable[[Row], Any]
    write: Callable[[Any], str]
    rise: str = "bad"


def _of(part: str, whole: str) -> Callable[[Row], Any]:
    return lambda row: row[part] / row[whole] if row[whole] else None


MEASURES = (
    Measure(
        "runs", "Runs queued in these seven days.", lambda row: row["run_count"], number, "even"
    ),
    Measure(
        "elevated",
        "Share of scheduled runs with more than 1.5 times the memory of their definition.",
        _of("elevated_run_count", "scheduled_run_count"),
        share,
    ),
    Measure(
        "excess GB·h",
        "Memory that runs were given because another command ran out of it, times the hours they "
        "ran.",
        lambda row: row["contaminated_gb_hours"],
        number,
    ),
    Measure(
        "out of memory",
        "Share of ended runs that were killed for memory, as far as exit code and reason say.",
        _of("oom_run_count", "ended_run_count"),
        share,
    ),
    Measure(
        "without a hash",
        "Share of the runs with a command whose command_hash is NULL.",
        _of("null_hash_run_count", "command_run_count"),
        share,
    ),
)


def tiles(answers: Mapping[str, Answer]) -> list[Tile]:
    """Make the five figures; none where no run is known."""
    periods = {row["period"]: row for row in answers[FLEET].rows} if FLEET in answers else {}
    if "last" not in periods:
        return []
    return [_tile(measure, periods["last"], periods.get("before")) for measure in MEASURES]


def _tile(measure: Measure, last: Row, before: Row | None) -> Tile:
    value = measure.read(last)
    earlier = measure.read(before) if before else None
    shown = "not known" if value is None else measure.write(value)
    if value is None or earlier is None:
        return Tile(measure.label, shown, "nothing to compare with", "even", measure.definition)
    if measure.write(value) == measure.write(earlier):
        return Tile(measure.label, shown, "as in the 7 days before", "even", measure.definition)
    is_rise = value > earlier
    change = f"{'▲ up' if is_rise else '▼ down'} from {measure.write(earlier)}"
    tone = "even" if measure.rise == "even" else "bad" if is_rise else "good"
    return Tile(measure.label, shown, change, tone, measure.definition)


def tasks(answers: Mapping[str, Answer]) -> list[Task]:
    """Gather open alerts and urgent recommendations, the most severe first; each trouble once."""
    alerts = answers[ALERTS].rows if ALERTS in answers else []
    advice = answers[RECOMMENDATIONS].rows if RECOMMENDATIONS in answers else []
    alerted = {(row["trouble_kind"].removeprefix("hot_"), row["subject"]) for row in alerts}
    gathered = [
        *(_task_of(row) for row in alerts),
        *(
            Task(row["severity"], row["suggested_action"], row["evidence"], "")
            for row in advice
            if (row["kind"], row["subject"]) not in alerted
        ),
    ]
    return sorted(gathered, key=lambda task: SEVERITIES.index(task.severity))


def _task_of(alert: Row) -> Task:
    return Task(
        alert["severity"],
        f"{alert['subject']}: {alert['remedy']}",
        f"{alert['trouble_kind'].replace('_', ' ')}: {alert['evidence']}",
        moment(alert["opened_at"]),
    )


def verdict(answers: Mapping[str, Answer]) -> Verdict | None:
    """Judge the fix; None without any run."""
    if FIX not in answers:
        return None
    periods = {row["period"]: row for row in answers[FIX].rows}
    if "since" not in periods:
        return Verdict(
            "not yet known",
            "even",
            "No run was queued since the command_hash fix was in effect (seed deployments, change "
            "command_hash_fix).",
        )
    since, before = periods["since"], periods.get("before")
    promises = tuple(_promise(*promise, since, before) for promise in PROMISES)
    broken = [
        words
        for column, words in (
            ("null_hash_run_count", "have a command and no hash"),
            ("contaminated_run_count", "were given memory by a run of another command"),
        )
        if since[column]
        for words in [f"{since[column]:,} {words}"]
    ]
    span = f"of {since['run_count']:,} runs since {moment(since['deployed_at'])} UTC"
    if broken:
        return Verdict("not holding", "bad", f"{' and '.join(broken)}, {span}.", promises)
    sentence = f"No run lacks its hash and none got another command's memory, {span}."
    return Verdict("holding", "good", sentence, promises)


PROMISES = (
    ("command without a hash", "null_hash", "command_run_count"),
    ("given another command's memory", "contaminated", "run_count"),
    ("elevated by ARA", "elevated_ara", "scheduled_run_count"),
)


def _promise(label: str, name: str, whole: str, since: Row, before: Row | None) -> Promise:
    high = since[f"{name}_share_high"]
    return Promise(
        label,
        _part_of(before, f"{name}_run_count", whole) if before else "no runs",
        _part_of(since, f"{name}_run_count", whole),
        "not known" if high is None else share(high),
    )


def _part_of(row: Row, part: str, whole: str) -> str:
    if not row[whole]:
        return "no runs"
    return f"{row[part]:,} of {row[whole]:,} ({share(row[part] / row[whole])})"
