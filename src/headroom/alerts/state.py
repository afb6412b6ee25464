"""Which troubles there are, which are new, which are over: what `operations__alerts` shows.

Each domain's model of troubles is read where it is there. One that is held keeps what it held. What
changed is written down together with the messages that are due for it, in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from headroom.operations.tables import SCHEMA, create_sql, instant, quoted
from headroom.printable import printable
from headroom.warehouse import Warehouse

Change = Literal["opened", "resolved"]
STEPS_SCHEMA = "headroom_intermediate"
TROUBLES = tuple(f"int_{name}__troubles_found" for name in ("operations", "flotilla", "failures"))
_COLUMNS = "trouble_kind, subject, severity, evidence, remedy"


@dataclass(frozen=True)
class Trouble:
    """A trouble that a model found: see the columns of `int_operations__troubles_found`."""

    kind: str
    subject: str
    severity: str
    evidence: str
    remedy: str

    @property
    def key(self) -> str:
        """Give the key under which the same trouble is known again."""
        return f"{self.kind}|{self.subject}"


@dataclass(frozen=True)
class Changed:
    """An alert that opened, or was resolved."""

    change: Change
    trouble: Trouble
    opened_at: str


def find_troubles(warehouse: Warehouse) -> list[Trouble]:
    """Read the troubles of every domain that has its model."""
    there = warehouse.readable(STEPS_SCHEMA)
    return [
        Trouble(*map(printable, row))
        for model in TROUBLES
        if model in there
        for row in warehouse.query(
            f"select {_COLUMNS} from {STEPS_SCHEMA}.{model} order by 1, 2"
        ).rows
    ]


def update_alerts(
    warehouse: Warehouse, channels: Sequence[str] = (), now: datetime | None = None
) -> list[Changed]:
    """Open alerts of new troubles and resolve alerts of past troubles; give the changes.

    A message to each channel is due for each change.
    """
    moment = (now or datetime.now(UTC)).isoformat()
    warehouse.execute("; ".join(create_sql("alerts") + create_sql("alert_messages")))
    known = {changed.trouble.key: changed for changed in _open_alerts(warehouse)}
    found = {trouble.key: trouble for trouble in find_troubles(warehouse)}
    opened = [Changed("opened", found[key], moment) for key in found if key not in known]
    resolved = [known[key] for key in known if key not in found]
    statements = [_insert(changed) for changed in opened]
    statements += [_seen(trouble, moment) for key, trouble in found.items() if key in known]
    statements += [_resolve(changed, moment) for changed in resolved]
    statements += [
        _due(changed, channel, moment) for changed in opened + resolved for channel in channels
    ]
    if statements:
        warehouse.execute("; ".join(statements))
    return opened + resolved


def _open_alerts(warehouse: Warehouse) -> list[Changed]:
    rows = warehouse.query(
        f"select {_COLUMNS}, cast(opened_at at time zone 'UTC' as text) || '+00:00'"
        f" from {SCHEMA}.alerts where resolved_at is null order by 1, 2"
    ).rows
    return [Changed("resolved", Trouble(*map(str, row[:5])), str(row[5])) for row in rows]


def _insert(changed: Changed) -> str:
    trouble = changed.trouble
    texts = (trouble.key, trouble.kind, trouble.subject, trouble.severity, trouble.evidence)
    return (
        f"insert into {SCHEMA}.alerts (alert_key, {_COLUMNS}, opened_at, last_seen_at) values"
        f" ({', '.join(map(quoted, (*texts, trouble.remedy)))},"
        f" {instant(changed.opened_at)}, {instant(changed.opened_at)})"
    )


def _seen(trouble: Trouble, moment: str) -> str:
    return (
        f"update {SCHEMA}.alerts set severity = {quoted(trouble.severity)},"
        f" evidence = {quoted(trouble.evidence)}, remedy = {quoted(trouble.remedy)},"
        f" last_seen_at = {instant(moment)} where {_is_open(trouble.key)}"
    )


def _resolve(changed: Changed, moment: str) -> str:
    return (
        f"update {SCHEMA}.alerts set resolved_at = {instant(moment)}"
        f" where {_is_open(changed.trouble.key)}"
    )


def _due(changed: Changed, channel: str, moment: str) -> str:
    return (
        f"insert into {SCHEMA}.alert_messages"
        " (alert_key, opened_at, change, channel, due_at, attempts) values"
        f" ({quoted(changed.trouble.key)}, {instant(changed.opened_at)},"
        f" {quoted(changed.change)}, {quoted(channel)}, {instant(moment)}, 0)"
    )


def _is_open(key: str) -> str:
    return f"resolved_at is null and alert_key = {quoted(key)}"
