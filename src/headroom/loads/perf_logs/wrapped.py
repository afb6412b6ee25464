"""Lines that a logger or a container runtime has put into JSON: which text in them, and when.

Structured loggers write a line as an object with the message in one field, Docker's json-file has
it in `log`, and both may be nested in each other. No list of names says where a message is: it is
the text that holds one of our marks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from headroom.reading.values import BadValueError, exact, instant

# As in `fast`: what a line has to hold to be looked at.
MARK = re.compile(r"_TIMING:|Aggregation: |emory|o disk|Spill file")
TIMES = ("time", "timestamp", "@timestamp", "ts", "asctime", "datetime", "eventTime")
PODS = ("pod_name", "podName", "pod")
# A member with a text: of an object that is written over several lines, or cut off.
MEMBER = re.compile(r'"[^"\\]*"\s*:\s*("(?:[^"\\]|\\.)*")')
MAX_DEPTH = 20
MAX_VALUES = 10_000


@dataclass(frozen=True)
class Wrapped:
    """Texts of a line that may be a message; what stands before; time and pod of the JSON."""

    texts: list[str]
    before: str
    logged_at: datetime | None = None
    pod_name: str | None = None


def unwrap(text: str) -> Wrapped | None:
    """Give the texts of a line that ends with a JSON object; None where it does not."""
    start = text.find('{"')
    if start < 0:
        start = text.find("{ ")
    if start < 0 or not text.rstrip().endswith("}"):
        return None
    try:
        document = json.loads(
            text[start:], parse_float=exact, parse_int=Decimal, parse_constant=Decimal, strict=False
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    found = list(_objects(document))
    texts = [
        value
        for inner in found
        for value in inner.values()
        if isinstance(value, str) and MARK.search(value)
    ]
    return Wrapped(texts, text[:start], _time(found), _pod(found))


def member(text: str) -> Wrapped | None:
    """Give the text of one member that stands alone in a line; None where there is no such text."""
    for found in MEMBER.finditer(text):
        if MARK.search(found[1]):
            try:
                return Wrapped([json.loads(found[1], strict=False)], text[: found.start()])
            except ValueError:
                return None
    return None


def _objects(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give an object and those within it, the outer ones first."""
    level: list[Any] = [document]
    left = MAX_VALUES
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                yield value
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        left -= len(inner)
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level or left < 0:
            return


def _time(objects: list[dict[str, Any]]) -> datetime | None:
    for found in objects:
        for name in TIMES:
            value = found.get(name)
            if isinstance(value, str | Decimal):
                try:
                    moment = instant(name, value)
                except BadValueError:
                    continue
                if moment:
                    return moment
    return None


def _pod(objects: list[dict[str, Any]]) -> str | None:
    for found in objects:
        for name in PODS:
            value = found.get(name)
            value = value.get("name") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                return value
    return None
