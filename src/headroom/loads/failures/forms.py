"""The forms that kubectl writes: JSON and YAML are read, the others are named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from headroom.reading.tolerant_json import NotJSONError, read_stream

# YAML is read a hundred times slower than JSON. A pod or an event fits into 1.5 MB of etcd.
MAX_YAML = 32 * 1024 * 1024
MAX_PIECE = 4 * 1024 * 1024
MAX_DEPTH = 100
FIRST_LINES = 20_000

NOT_KNOWN = "neither a SQLite history nor pods or events of Kubernetes in JSON"
CUT = "the JSON is cut off; the objects before the last one were loaded"
AGAIN = "list again with `-o json`"
YAML_CUT = f"the YAML is cut off, or its list has no kind; its last object was not loaded: {AGAIN}"
YAML_LONG = f"YAML of more than {MAX_YAML // 2**20} MB is not read: {AGAIN}"
BAD_PIECE = f"a piece of the YAML cannot be read: {AGAIN}"
TABLE = f"a table for people, as `kubectl get` prints it: {AGAIN}"
DESCRIBED = f"the text of `kubectl describe`: {AGAIN}"
ANSWER = f"an answer of kubectl without a listing: {AGAIN}"
# What the other forms begin with.
OTHERS = (
    (TABLE, re.compile(r"(?:[A-Z][A-Z/()-]*(?: [A-Z][A-Z/()-]*)*(?: {2,}|[ \t]*\n|[ \t]*$)){2}")),
    (TABLE, re.compile(r"(?:pods?|events?(?:\.events\.k8s\.io)?)/[a-z0-9.-]+[ \t]*\n")),
    (DESCRIBED, re.compile(r"Name:[ \t]+\S[^\n]*\n(?:[A-Z][A-Za-z ]*:[^\n]*\n)")),
    (ANSWER, re.compile(r"(?:No resources found|[Ee]rror from server|error: |Unable to connect)")),
)
YAML_START = re.compile(r"^(?:apiVersion|kind|items|metadata|object|type)[ \t]*:", re.M)
DOCUMENTS = re.compile(r"^(?:---|\.\.\.)(?:[ \t][^\n]*)?$", re.M)
ITEMS = re.compile(r"^items[ \t]*:[ \t]*(?:#[^\n]*)?\n", re.M)
KIND = re.compile(r"^kind[ \t]*:[ \t]*[\"']?([A-Za-z]{1,60})", re.M)
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,29})")
PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
NO_KEY = object()
ITEM = re.compile(r"( *)-(?: |\n|$)")


@dataclass
class Documents:
    """The values of a text; `troubles` name what could not be read of it."""

    values: list[Any] = field(default_factory=list)
    is_cut: bool = False
    troubles: list[str] = field(default_factory=list)


def read_documents(text: str) -> Documents:
    """Read JSON or YAML, values one behind the other. No trouble quotes the text: it may hold env.

    Where the JSON is cut off, `is_cut` is set and the last value may lack a part.
    """
    beginning = text[:FIRST_LINES].lstrip()
    if not beginning.startswith(("{", "[")):
        for trouble, pattern in OTHERS:
            if pattern.match(beginning):
                return Documents(troubles=[trouble])
        if YAML_START.search(beginning):
            return _read_yaml(text)
    try:
        values, is_cut = read_stream(text)
    except NotJSONError:
        values, is_cut = [], False
    return Documents(values, is_cut, [] if values else [NOT_KNOWN])


def _read_yaml(text: str) -> Documents:
    if len(text) > MAX_YAML:
        return Documents(troubles=[YAML_LONG])
    found = Documents()
    for document in _between(text.replace("\r\n", "\n"), DOCUMENTS):
        items = ITEMS.search(document)
        if items is None:
            found.values += _load(found, document)
            continue
        end, pieces = _pieces(document, items.end())
        outside = document[: items.start()] + document[end:]
        kind = KIND.search(outside)
        loaded = [_load(found, piece) for piece in pieces]
        if kind is None and pieces:
            found.troubles.append(YAML_CUT)
            loaded.pop()
        listed = [one for some in loaded for one in some]
        found.values.append({"items": listed, "kind": kind[1] if kind else "List"})
    return found


def _between(text: str, marks: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for mark in marks.finditer(text):
        yield text[start : mark.start()]
        start = mark.end()
    yield text[start:]


def _pieces(document: str, start: int) -> tuple[int, list[str]]:
    """Cut a list into its items by their indentation; give where it ends, too.

    So one item that cannot be read costs only itself, and none refers to another.
    """
    starts: list[int] = []
    depth = None
    place = start
    while place < len(document):
        end = document.find("\n", place)
        end = len(document) if end < 0 else end + 1
        line = document[place:end]
        dash = ITEM.match(line)
        if depth is None and dash:
            depth = len(dash[1])
        if dash and len(dash[1]) == depth:
            starts.append(place)
        elif line.strip() and len(line) - len(line.lstrip(" ")) <= (depth or 0):
            break
        place = end
    ends = [*starts[1:], place]
    return place, [document[one:end] for one, end in zip(starts, ends, strict=False)]


def _load(found: Documents, piece: str) -> list[Any]:
    """Read a piece of YAML: the items of a list, or one value."""
    try:
        if len(piece) > MAX_PIECE:
            raise yaml.YAMLError
        values = _values(piece)
    except yaml.YAMLError:
        found.troubles.append(BAD_PIECE)
        return []
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _values(piece: str) -> list[Any]:
    """Make values of the parser's events: without recursion, and without aliases, which multiply.

    PyYAML's own loader ends the process where YAML is nested too deeply. Raises YAMLError.
    """
    roots: list[Any] = []
    open_values: list[Any] = []
    keys: list[Any] = []
    for event in yaml.parse(piece, yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            made: Any = _scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            made = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            made = []
        elif isinstance(event, yaml.CollectionEndEvent):
            open_values.pop()
            keys.pop()
            continue
        elif isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError
        else:
            continue
        _put(roots, open_values, keys, made)
        if isinstance(made, dict | list):
            open_values.append(made)
            keys.append(NO_KEY)
            if len(open_values) > MAX_DEPTH:
                raise yaml.YAMLError
    return [root for root in roots if root is not None]


def _put(roots: list[Any], open_values: list[Any], keys: list[Any], made: Any) -> None:
    """Put a value where it stands: a key of an object, its value, or an item of a list."""
    if not open_values:
        roots.append(made)
    elif isinstance(open_values[-1], list):
        open_values[-1].append(made)
    elif keys[-1] is NO_KEY:
        if isinstance(made, dict | list):
            raise yaml.YAMLError
        keys[-1] = str(made)
    else:
        open_values[-1][keys[-1]] = made
        keys[-1] = NO_KEY


def _scalar(event: Any) -> Any:
    """Give what JSON would hold: what is not quoted can be nothing, a flag or a number."""
    written: str = event.value
    if not event.implicit[0]:
        return written
    if written.lower() in PLAIN:
        return PLAIN[written.lower()]
    return int(written) if WHOLE.fullmatch(written) else written
