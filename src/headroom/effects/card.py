"""A card about one change: what can be claimed, what it rests on, and what speaks against it.

Sentences and figures only; `headroom.effects.render` prints them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headroom.effects.asking import SIDES, Found
from headroom.effects.exact import Bounds, compute_bounds
from headroom.effects.sides import Sides
from headroom.effects.watch import watched

# What happened, as a manager reads it.
OUTCOMES = {
    "elevated": "elevated runs",
    "contaminated": "contaminated runs",
    "at_cap": "runs at the cap",
    "oom": "runs killed for memory",
    "null_hash": "runs with a command and no stored hash",
}
COLUMNS = ("outcome", "of", "before", "bounds", "after", "bounds", "Fisher's p", "effective p")


@dataclass(frozen=True)
class Card:
    """What is printed of a change, a sentence or a row each."""

    title: str
    facts: tuple[str, ...]
    claims: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """An outcome of a cohort: its counts, its exact bounds, and what the days after leave open."""

    row: Mapping[str, Any]
    bounds: Bounds
    watched: tuple[float, float]
    placebos: tuple[float, ...]

    @property
    def name(self) -> str:
        """Say which runs of which cohort."""
        where = "all definitions" if self.row["cohort_kind"] == "all" else self.row["cohort"]
        return f"{OUTCOMES[self.row['outcome']]} of {where}"

    def share(self, side: str) -> float | None:
        """Give the share of a side; None without runs."""
        runs = self.row[f"{side}_run_count"]
        return self.row[f"{side}_event_count"] / runs if runs else None

    @property
    def verdict(self) -> str:
        """Say what is proven, as `effects__changes` says it."""
        for side in SIDES:
            if not self.row[f"{side}_run_count"]:
                return f"no runs {side}"
        chance = self.bounds.fisher_effective_p
        if chance is None or chance >= self.row["chance"]:
            return "not proven"
        return "fell" if self.row["difference"] < 0 else "rose"


def make_card(found: Found) -> Card:
    """Write the card of what was found."""
    comparisons = [_comparison(found, row) for row in found.compared]
    shown = [one for one in comparisons if _has_events(one)]
    main = shown[0] if shown else None
    change = found.change
    return Card(
        title=f"Effect of {change['change']}",
        facts=(
            str(change["what_changed"]),
            f"before: {change['before_from']} to {change['before_until']}; "
            f"after: {change['after_from']} to {change['after_until']}",
        ),
        claims=tuple(map(_claim, shown))
        or ("Nothing happened on either side: there is nothing to claim.",),
        evidence=tuple(map(_evidence, shown)),
        caveats=tuple(_caveats(found, main)),
    )


def _comparison(found: Found, row: Mapping[str, Any]) -> Comparison:
    key = (row["cohort_kind"], row["outcome"])
    sides = Sides(**{name: row[name] for name in Sides.__dataclass_fields__})
    runs = sides.after_run_count
    weight = float(sides.after_effective_runs) / runs if runs else 0.0
    looks = [
        (day["event_count"] * weight, day["run_count"] * weight) for day in found.days.get(key, ())
    ]
    return Comparison(
        row, compute_bounds(sides), watched(looks), tuple(found.placebos.get(key, ()))
    )


def _has_events(one: Comparison) -> bool:
    return bool(one.row["before_event_count"] or one.row["after_event_count"])


def _claim(one: Comparison) -> str:
    name = one.name[0].upper() + one.name[1:]
    if one.verdict.startswith("no runs"):
        return f"{name}: no claim, there are {one.verdict}."
    counts = ", ".join(
        f"{percent(one.share(side))} {side} ({one.row[f'{side}_event_count']:,} of "
        f"{one.row[f'{side}_run_count']:,})"
        for side in SIDES
    )
    if one.verdict == "not proven":
        return f"{name}: no claim. {counts}{_ratio(one)}."
    proven = ""
    if one.verdict == "fell":
        before, after = one.share("before"), one.bounds.after_effective_high
        reduction = max(0.0, 1 - after / before) if before and after is not None else 0.0
        proven = f" Proven is a reduction of at least {percent(reduction, 0)}."
    return f"{name} {one.verdict}: {counts}.{proven}"


def _ratio(one: Comparison) -> str:
    """Say the ratio of the daily rates with its bounds, where there is one."""
    row, days = one.row, one.row["before_days"] / one.row["after_days"]
    low, high = one.bounds.after_split_low, one.bounds.after_split_high
    if not row["before_event_count"] or low is None or high is None or high >= 1:
        return ""
    ratio = row["after_event_count"] / row["before_event_count"] * days
    bounds = [share / (1 - share) * days for share in (low, high)]
    return f"; a day {ratio:.2f} times as many, bounds {bounds[0]:.2f} to {bounds[1]:.2f}"


def _evidence(one: Comparison) -> tuple[str, ...]:
    row, bounds = one.row, one.bounds
    return (
        OUTCOMES[row["outcome"]],
        "all" if row["cohort_kind"] == "all" else row["cohort"],
        f"{row['before_event_count']:,} of {row['before_run_count']:,}",
        _between(bounds.before_low, bounds.before_high),
        f"{row['after_event_count']:,} of {row['after_run_count']:,}",
        _between(bounds.after_low, bounds.after_high),
        _chance(bounds.fisher_p),
        _chance(bounds.fisher_effective_p),
    )


def _caveats(found: Found, main: Comparison | None) -> list[str]:
    change = found.change
    said = []
    if change["overlapping_change"]:
        said.append(
            f"Not identifiable: {change['overlapping_change']} is {change['overlap_hours']} hours "
            "away; on other days than these, what either did cannot be told apart."
        )
    if main:
        said += [
            *_more_needed(main),
            *_days_alike(main),
            *_earlier_dates(main),
            *_watch(main),
            *_others(main),
        ]
        said += _mix(found, main.row["outcome"])
    said.append(f"The moments of the change: {change['certainty']}.")
    return said


def _mix(found: Found, outcome: str) -> list[str]:
    for row in found.compared:
        parts = row["difference"], row["mix_part"]
        if (row["cohort_kind"], row["outcome"]) == ("all", outcome) and None not in parts:
            return [
                f"Mix: in all definitions the share changed by {points(parts[0])}, of which "
                f"{points(parts[1])} because other definitions ran."
            ]
    return []


def _more_needed(one: Comparison) -> list[str]:
    row, bounds = one.row, one.bounds
    runs, days = row["after_run_count"], row["after_days"]
    if not runs or bounds.runs_needed_90 is None or bounds.runs_needed_99 is None:
        return []
    said = [f"After is {_counted(days, 'day')} with {_counted(runs, 'run')}."]
    for percentage, needed, cautious in (
        (90, bounds.runs_needed_90, bounds.runs_needed_90_cautious),
        (99, bounds.runs_needed_99, bounds.runs_needed_99_cautious),
    ):
        more = max(0, needed - runs)
        wait = f"{more:,} more, about {_counted(math.ceil(more * days / runs), 'day')}"
        careful = f"; {cautious:,} against the lower bound of before" if cautious else ""
        said.append(
            f"A claim of {percentage}% needs {needed:,} runs without one more event"
            f" ({wait if more else 'they are there'}{careful})."
        )
    return [" ".join(said)]


def _days_alike(one: Comparison) -> list[str]:
    row = one.row
    if row["dispersion"] is None or row["dispersion"] <= 1 or not row["after_run_count"]:
        return []
    return [
        f"Days before vary {row['dispersion']:.2f} times as much as chance alone would have it: "
        f"{_counted(row['after_run_count'], 'run')} after tell as much as "
        f"{row['after_effective_runs']:.1f} independent ones, whose upper bound is "
        f"{percent(one.bounds.after_effective_high)}."
    ]


def _earlier_dates(one: Comparison) -> list[str]:
    actual = one.row["difference"]
    if not one.placebos or actual is None:
        return ["Placebo: no earlier date without a change can be compared in the same way."]
    extreme = sum(abs(difference) >= abs(actual) for difference in one.placebos)
    return [
        f"Placebo: of {_counted(len(one.placebos), 'earlier date')} without a change, compared in "
        f"the same way, {extreme} differ as much."
    ]


def _watch(one: Comparison) -> list[str]:
    if not one.row["after_run_count"]:
        return []
    low, high = one.watched
    before = one.share("before") or 0.0
    state = "below" if high < before else "above" if low > before else "not apart from"
    return [
        f"Watch: looked at after each day, the share after is {percent(low)} to {percent(high)}, "
        f"{state} before; that holds however often one looks."
    ]


def _others(one: Comparison) -> list[str]:
    row = one.row
    if row["net_difference"] is None:
        return []
    return [
        "Runs that ARA leaves alone: less what changed for them, the difference is "
        f"{points(row['net_difference'])} ({points(row['net_difference_low'])} to "
        f"{points(row['net_difference_high'])})."
    ]


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share for people."""
    return "-" if share is None else f"{100 * share:.{digits}f}%"


def points(difference: float) -> str:
    """Write a difference of shares for people."""
    return f"{100 * difference:+.1f} points"


def _between(low: float | None, high: float | None) -> str:
    return "-" if low is None else f"{percent(low)} to {percent(high)}"


def _chance(value: float | None) -> str:
    if value is None:
        return "-"
    return "< 0.00001" if value < 0.00001 else f"{value:.5f}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
