"""Messages about alerts that changed: sent once to each channel, together, and again until taken.

A message that was not taken stays due, and a later run tries again. It never fails a build.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from headroom.alerts.channels import Message, NotDeliveredError, Send
from headroom.errors import UsageError
from headroom.operations.tables import SCHEMA, instant, quoted
from headroom.warehouse import Warehouse

QUIET = "HEADROOM_ALERT_QUIET"
# After a failure: five minutes, then twice as long each time, up to six hours.
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
# As many as a person reads; the mart has all.
MOST_SHOWN = 20
_DUE = f"""
    select
        messages.channel, messages.alert_key, messages.change, messages.attempts,
        cast(messages.opened_at at time zone 'UTC' as text) || '+00:00',
        alerts.severity, alerts.trouble_kind, alerts.subject, alerts.evidence, alerts.remedy
    from {SCHEMA}.alert_messages as messages
    inner join {SCHEMA}.alerts as alerts
        on messages.alert_key = alerts.alert_key and messages.opened_at = alerts.opened_at
    where messages.sent_at is null and messages.due_at <= {{now}}
    order by alerts.severity, messages.change, alerts.opened_at, messages.alert_key
"""


@dataclass(frozen=True)
class Due:
    """A message that is due: an alert that changed, for a channel."""

    channel: str
    alert_key: str
    change: str
    attempts: int
    opened_at: str
    severity: str
    kind: str
    subject: str
    evidence: str
    remedy: str

    def __str__(self) -> str:
        """Say it in lines for a person."""
        if self.change == "resolved":
            return f"resolved: {self.kind} {self.subject} (since {self.opened_at[:16]} UTC)"
        return f"{self.severity}: {self.kind} {self.subject}: {self.evidence}\n  {self.remedy}"


@dataclass(frozen=True)
class Delivery:
    """How a channel took its messages: `problem` is empty where it did."""

    channel: str
    count: int
    problem: str = ""


def read_due(warehouse: Warehouse, now: datetime, *, is_quiet: bool) -> list[Due]:
    """Give the messages that are due; in quiet hours only messages of critical alerts."""
    rows = warehouse.query(_DUE.format(now=instant(now.isoformat()))).rows
    due = [Due(*row) for row in rows]
    return [one for one in due if one.severity == "critical" or not is_quiet]


def deliver(
    warehouse: Warehouse, channels: Mapping[str, Send], now: datetime | None = None
) -> list[Delivery]:
    """Send due messages, one a channel, and record the result."""
    moment = now or datetime.now(UTC)
    due = read_due(warehouse, moment, is_quiet=is_quiet(moment))
    deliveries = []
    for channel, send in channels.items():
        messages = [one for one in due if one.channel == channel]
        if not messages:
            continue
        problem = ""
        try:
            send(compose(messages))
        except NotDeliveredError as error:
            problem = str(error)
        statements = [_record(one, moment, problem) for one in messages]
        warehouse.execute("; ".join(statements))
        deliveries.append(Delivery(channel, len(messages), problem))
    return deliveries


def compose(due: list[Due]) -> Message:
    """Put messages together: new alerts first, and only as many as a person reads."""
    opened = [one for one in due if one.change == "opened"]
    resolved = [one for one in due if one.change == "resolved"]
    shown = (opened + resolved)[:MOST_SHOWN]
    lines = [str(one) for one in shown]
    if len(due) > len(shown):
        lines.append(f"and {len(due) - len(shown)} more: see operations__alerts")
    counts = [f"{len(opened)} new"] if opened else []
    counts += [f"{len(resolved)} resolved"] if resolved else []
    rows = tuple(
        {
            "key": one.alert_key,
            "change": one.change,
            "severity": one.severity,
            "opened_at": one.opened_at,
            "evidence": one.evidence,
            "remedy": one.remedy,
        }
        for one in shown
    )
    subject = f"Headroom: {' and '.join(counts)} alert{'s' if len(due) > 1 else ''}"
    return Message(subject, "\n".join(lines), rows)


def _record(one: Due, now: datetime, problem: str) -> str:
    if problem:
        pause = min(FIRST_PAUSE * 2 ** min(one.attempts, 10), LONGEST_PAUSE)
        outcome = f"due_at = {instant((now + pause).isoformat())}, last_problem = {quoted(problem)}"
    else:
        outcome = f"sent_at = {instant(now.isoformat())}"
    return (
        f"update {SCHEMA}.alert_messages set attempts = attempts + 1, {outcome}"
        f" where sent_at is null and alert_key = {quoted(one.alert_key)}"
        f" and opened_at = {instant(one.opened_at)} and change = {quoted(one.change)}"
        f" and channel = {quoted(one.channel)}"
    )


def is_quiet(now: datetime, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether warnings wait now: HEADROOM_ALERT_QUIET names hours in UTC, as 22:00-06:00.

    Raises UsageError for anything else.
    """
    text = environment.get(QUIET, "")
    if not text:
        return False
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise UsageError(
            f"{QUIET} {text!r} is not a range of hours", "write it as 22:00-06:00, UTC"
        )
    first_hour, first_minute, last_hour, last_minute = map(int, found.groups())
    starts, ends = time(first_hour, first_minute), time(last_hour, last_minute)
    moment = now.astimezone(UTC).time()
    return starts <= moment < ends if starts <= ends else moment >= starts or moment < ends
