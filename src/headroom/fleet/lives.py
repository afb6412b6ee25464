"""The lives of the runs of a daily fleet: SQL that makes them in the engine, alike on both.

A run is the md5 of a seed, its day and its number. These digits are its id and its luck, one number
from which all else follows by whole numbers. So a life that went on beyond the fleet's end can be
made again later, and goes on as it would have.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from string import Formatter
from typing import Any

import jinja2

from headroom.fleet.background import JOBS_PER_DEFINITION, STEPS, TEMPLATES
from headroom.fleet.clock import DAY, HOUR, HOUR_WEIGHTS, MINUTE, SECOND
from headroom.fleet.policy import Policy
from headroom.settings import Target

# 28,000 a day: a day of a weekend has 45% of another's.
WEEKDAY_RUNS = 33_220
WEEKEND_RUNS = 14_950
_LONGEST_RUN = 69 * DAY // 10
LONGEST_LIFE = 8 * DAY
_RUNG = 100 * MINUTE  # between two tries of an incident: the first has ended by then
_MOST_TRIES = 14  # from 512 MB to the cap takes 12
# OOMs of an incident: two thirds have one or two, one in 32 goes on at the cap.
_OOM_COUNTS = [1] * 11 + [2] * 10 + [3] * 5 + [4] * 3 + [5] + [6] + [_MOST_TRIES]

# What changes in a row while its run lives.
_CHANGING = (
    "status", "started_at", "finished_at", "exit_code", "exit_reason", "instance_id",
    "instance_dns_name", "memory", "memory_limit", "cpu", "cpu_limit", "attempt_count", "pod_name",
    "max_cpu_used", "max_memory_used", "pod_events",
)  # fmt: skip

_PRIME = 2**31 - 1
_ROOT = 48_271  # Park and Miller's generator: draw k is its k-th output
_ENGINES: dict[str, dict[str, str]] = {
    "duckdb": {
        "temporary": "temp",
        "json": "json",
        "once": "",
        "divide": "//",
        "luck": "(cast('0x' || substr({}, 17, 12) as bigint) % {})",
        "instant": "make_timestamptz({})",
        "iso": "strftime(make_timestamp({}), '%Y-%m-%dT%H:%M:%SZ')",
    },
    "postgres": {
        "temporary": "pg_temp",
        "json": "jsonb",
        # Otherwise an expression is computed again wherever its column is used.
        "once": "materialized",
        "divide": "/",
        "luck": "(cast(cast('x0000' || substr({}, 17, 12) as bit(64)) as bigint) % {})",
        "instant": "(timestamptz 'epoch' + ({}) * interval '1 microsecond')",
        "iso": "to_char(timestamp 'epoch' + ({}) * interval '1 microsecond',"
        ' \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')',
    },
}


@dataclass(frozen=True)
class Lives:
    """Statements for one engine and seed, under some policies, oldest first."""

    target: Target
    seed: int
    policies: list[Policy]

    def jobs(self, task_def: str) -> str:
        """Make the temporary tables of the jobs of definitions, and of the ladders of memory."""
        return self._render("jobs", task_def=task_def)

    def tries(self, first_us: int, end_us: int) -> str:
        """Make the temporary table of the tries of incidents that touch [first, end)."""
        return self._render("tries", first_us=first_us, end_us=end_us)

    def runs(self, first_us: int, end_us: int, now_us: int, **options: Any) -> str:
        """Select the runs queued in [first, end) as they stand at a moment."""
        return self._render("runs", first_us=first_us, end_us=end_us, now_us=now_us, **options)

    def advance(self, task: str, now_us: int, then_us: int, **options: int) -> str:
        """Move the runs of a table on from one moment to another."""
        first_us = now_us - LONGEST_LIFE
        runs = self.runs(
            first_us, then_us, then_us, new_after_us=now_us,
            open_runs=f"{_ENGINES[self.target]['temporary']}.fleet_open",
        )  # fmt: skip
        advance = self._render(
            "advance", task=task, now_us=now_us, then_us=then_us, runs=runs, **options
        )
        return f"{self.tries(first_us, then_us)}\n{advance}"

    def instant(self, microseconds: str | int) -> str:
        """Write microseconds since 1970 as an instant."""
        return _ENGINES[self.target]["instant"].format(microseconds)

    def _render(self, name: str, **options: Any) -> str:
        text = (files("headroom.fleet") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        return self._templates.from_string(text).render(options)

    @cached_property
    def _templates(self) -> jinja2.Environment:
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
        engine = _ENGINES[self.target]
        environment.globals |= {
            "SECOND": SECOND, "MINUTE": MINUTE, "HOUR": HOUR, "DAY": DAY, "WEEK": 7 * DAY,
            "seed": self.seed,
            "policies": self.policies,
            "caps": sorted({policy.cap_mb for policy in self.policies}),
            "jobs_per_definition": JOBS_PER_DEFINITION,
            "steps": STEPS,
            "templates": [_plain(template) for template in TEMPLATES],
            "hours": [hour for hour, weight in enumerate(HOUR_WEIGHTS) for _ in range(weight)],
            "weekday_runs": WEEKDAY_RUNS,
            "weekend_runs": WEEKEND_RUNS,
            "longest_run": _LONGEST_RUN,
            "rung": _RUNG,
            "most_tries": _MOST_TRIES,
            "oom_counts": _OOM_COUNTS,
            "open_runs": None,
            "longest_life": LONGEST_LIFE,
            "changing": _CHANGING,
            "temporary": engine["temporary"],
            "json": engine["json"],
            "once": engine["once"],
            "luck": lambda digits: engine["luck"].format(digits, _PRIME),
            "instant": self.instant,
            "iso": engine["iso"].format,
            "div": self._div,
            "pick": _pick,
            "draw": _draw,
            "between": _between,
            "by_policy": self._by_policy,
            "estimate": self._estimate,
            "run_id_core": _run_id_core,
            "stored_hash": self._stored_hash(),
        }  # fmt: skip
        return environment

    def _div(self, value: str, by: int) -> str:
        """Divide whole numbers, without the rest."""
        return f"(({value}) {_ENGINES[self.target]['divide']} {by})"

    def _by_policy(self, moment: str, name: str) -> str:
        """Give a property of the policy in force; the first one holds before it too."""
        first, *later = [(policy.valid_from, getattr(policy, name)) for policy in self.policies]
        cases = [f"when {moment} >= {since} then {value}" for since, value in reversed(later)]
        return f"(case {' '.join(cases)} else {first[1]} end)"

    def _estimate(self, memory: str, cap: str) -> str:
        """Size a run from its donors' largest memory, rounded half up."""
        # All versions of the policy multiply alike.
        by = Fraction(self.policies[0].multiplier)
        raw = self._div(f"{2 * by.numerator} * {memory} + {by.denominator}", 2 * by.denominator)
        return f"case when {memory} is not null then least({raw}, {cap}) end"

    def _stored_hash(self) -> str:
        return f"""case
            when not {self._by_policy("queued_us", "hashes_command")}
                then coalesce(client_hash, description_md5)
            when command <> '' then md5(command)
            when engine <> 'eks' and {self._by_policy("queued_us", "hashes_spark_description")}
                then description_md5
        end"""


def _draw(number: int, below: int) -> str:
    """Draw a whole number from 0 to below `below`; each number is another draw."""
    return f"(luck * {pow(_ROOT, number, _PRIME)} % {_PRIME} % {below})"


def _between(number: int, low: int, high: int) -> str:
    """Draw a length of time to the millisecond, in microseconds."""
    return f"({low} + {_draw(number, (high - low) // 1000)} * 1000)"


def _pick(turn: str, values: list[Any] | tuple[Any, ...]) -> str:
    """Take a value in turn."""
    texts = [_quoted(value) if isinstance(value, str) else str(value) for value in values]
    return f"(array[{', '.join(texts)}])[{turn} % {len(values)} + 1]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _run_id_core(digits: str) -> str:
    parts = [f"substr({digits}, {start}, 4)" for start in (1, 5, 9, 13)]
    return " || '-' || ".join([*parts, f"substr({digits}, 17, 12)"])


def _plain(template: str) -> str:
    """Leave the fields of a template as they are, without their formats."""
    parts = Formatter().parse(template)
    return "".join(literal + (f"{{{name}}}" if name else "") for literal, name, _, _ in parts)
