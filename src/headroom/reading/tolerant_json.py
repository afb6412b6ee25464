"""JSON that may be cut off: everything that is complete is read, and numbers stay exact."""

import json
import re
from decimal import Decimal
from typing import Any

from headroom.reading.values import BadValueError, exact

# Nothing is read twice: text that is never ended is one token as well, and no part is given back.
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.S)
SPACES = re.compile(r"\s*")
DECODER = json.JSONDecoder(
    parse_float=exact, parse_int=Decimal, parse_constant=Decimal, strict=False
)
CLOSER = {"{": "}", "[": "]"}
MAX_DEPTH = 100


class NotJSONError(ValueError):
    """Nothing of the text can be read as JSON."""


def read_json(text: str) -> tuple[Any, bool]:
    """Give the value and whether the text was cut: then up to its last complete object or list.

    Numbers are Decimals, also NaN and Infinity, which are not JSON but are written by some. Raises
    NotJSONError.
    """
    try:
        return _strict(text), False
    except ValueError:
        pass
    closed = _close(text)
    if closed is None:
        raise NotJSONError
    try:
        return _strict(closed), True
    except ValueError:
        raise NotJSONError from None


def read_stream(text: str) -> tuple[list[Any], bool]:
    """Give the values that stand one behind the other, and whether the last one was cut off.

    Raises NotJSONError where what follows is not JSON.
    """
    values: list[Any] = []
    place = _behind_spaces(text, 0)
    while place < len(text):
        try:
            value, place = DECODER.raw_decode(text, place)
        except RecursionError:
            raise NotJSONError from None
        except ValueError:
            value, _ = read_json(text[place:])
            return [*values, value], True
        values.append(value)
        place = _behind_spaces(text, place)
    return values, False


def _behind_spaces(text: str, place: int) -> int:
    match = SPACES.match(text, place)
    return match.end() if match else place


def _strict(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except RecursionError:
        raise NotJSONError from None


def _close(text: str) -> str | None:
    """Cut behind the last complete object or list, and close what is still open around it."""
    open_brackets: list[str] = []
    end, depth = 0, 0
    for match in TOKEN.finditer(text):
        token = match.group()
        if token[0] == '"':
            continue
        if token in CLOSER:
            open_brackets.append(token)
            if len(open_brackets) > MAX_DEPTH:
                return None
        elif not open_brackets or CLOSER[open_brackets[-1]] != token:
            break
        else:
            open_brackets.pop()
            end, depth = match.end(), len(open_brackets)
    # What was opened behind the end stands above what was open there.
    still_open = "".join(CLOSER[bracket] for bracket in reversed(open_brackets[:depth]))
    return text[:end] + still_open if end else None


def write_json(value: Any) -> str:
    """Give JSON text with sorted keys, so that equal values are equal text.

    Raises BadValueError for what is nested deeper than can be written.
    """
    try:
        return json.dumps(
            value, default=_plain, sort_keys=True, ensure_ascii=False, allow_nan=False
        )
    except RecursionError:
        raise BadValueError("it is nested too deeply") from None


def _plain(value: Decimal) -> int | float | str:
    """Make a number of a Decimal where a number can hold it, else text."""
    if not value.is_finite() or abs(value.adjusted()) > 15:
        return 0 if value.is_zero() else str(value)
    return int(value) if value == value.to_integral_value() else float(value)
