"""Documents that Bokeh embeds in HTML: found and decoded, nothing executed.

A document is JSON in a script element of type application/json. A column of its data sources is a
list or a packed array: Bokeh 3 writes `{"type": "ndarray", ...}` with gzip or plain base64, Bokeh 2
`{"__ndarray__": ...}`.
"""

import base64
import binascii
import html
import re
import sys
import zlib
from array import array
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from headroom.reading.inputs import GZIP_MAGIC

Columns = dict[str, Any]
OPENING = re.compile(r"<script\b([^<>]{0,2000})>", re.I)
CLOSING = re.compile(r"</script", re.I)
JSON_TYPE = re.compile(r"\btype\s*=\s*[\"']?application/json\b", re.I)
# Array type codes of the standard library by the names that numpy has for them.
TYPE_CODES = {
    "float32": "f",
    "float64": "d",
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
}
# Dask keeps 100,000 rectangles of a task stream, unless its settings say otherwise.
MAX_SEGMENTS = 500_000


class BadArrayError(ValueError):
    """A packed array cannot be unpacked."""


def embedded_documents(page: str) -> Iterator[str]:
    """Give the JSON text of each document in a page; the last one may be cut off."""
    position = 0
    while opening := OPENING.search(page, position):
        closing = CLOSING.search(page, opening.end())
        end = closing.start() if closing else len(page)
        if JSON_TYPE.search(opening[1]):
            yield _unescaped(page[opening.end() : end])
        position = end


def _unescaped(text: str) -> str:
    """Resolve references to characters; a text with one of thousands of digits stays as it is."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def data_sources(document: Any) -> Iterator[Columns]:
    """Give the columns of every data source, undecoded, wherever in the document it stands."""
    waiting = [document] if isinstance(document, dict | list) else []
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            data = found.get("data")
            if isinstance(data, dict):
                yield _columns(data)
            inner = list(found.values())
        else:
            inner = found
        waiting.extend(part for part in reversed(inner) if isinstance(part, dict | list))


def _columns(data: dict[str, Any]) -> Columns:
    """Read the two ways of writing columns: pairs (Bokeh 3) and an object (Bokeh 2)."""
    if data.get("type") != "map":
        return data
    entries = data.get("entries")
    pairs = [entry for entry in entries if _is_pair(entry)] if isinstance(entries, list) else []
    return dict(pairs)


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)


def values(column: Any) -> list[Any]:
    """Decode a column; its numbers are Decimals. Raises BadArrayError."""
    if isinstance(column, list):
        return _listed(column)
    if not isinstance(column, dict):
        raise BadArrayError
    packed = column.get("__ndarray__")
    if packed is None:
        inner = column.get("array")
        if isinstance(inner, list):
            return _listed(inner)
        packed = inner.get("data") if isinstance(inner, dict) else None
    return _unpack(packed, column.get("dtype"), column.get("order"))


def _listed(column: list[Any]) -> list[Any]:
    if len(column) > MAX_SEGMENTS:
        raise BadArrayError
    return [_value(value) for value in column]


def _value(value: Any) -> Any:
    """Read what Bokeh writes for a number that JSON does not know."""
    if isinstance(value, dict) and value.get("type") == "number":
        value = value.get("value")
        return Decimal(value) if value in ("nan", "+inf", "-inf") else value
    return value


def _unpack(packed: Any, kind: Any, order: Any) -> list[Decimal]:
    if not isinstance(packed, str) or not isinstance(kind, str) or kind not in TYPE_CODES:
        raise BadArrayError
    numbers: array[Any] = array(TYPE_CODES[kind])
    try:
        raw = base64.b64decode(packed, validate=True)
        if raw.startswith(GZIP_MAGIC):
            unpacker = zlib.decompressobj(wbits=31)
            raw = unpacker.decompress(raw, MAX_SEGMENTS * numbers.itemsize)
            if not unpacker.eof:
                raise BadArrayError
        if len(raw) > MAX_SEGMENTS * numbers.itemsize:
            raise BadArrayError
        numbers.frombytes(raw)
    except (binascii.Error, zlib.error, ValueError):
        raise BadArrayError from None
    if order in ("little", "big") and order != sys.byteorder:
        numbers.byteswap()
    return [Decimal(repr(number)) for number in numbers]
