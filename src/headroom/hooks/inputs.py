"""What a hook reads: files, folders, globs, gzip and standard input, line by line and bounded.

A line can be of any length and hold any bytes: what is longer than MAX_LINE is passed over without
being held in memory, and what is no UTF-8 or no text of a database is replaced by U+FFFD.
"""

import glob
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from headroom.errors import UsageError

STANDARD_INPUT = "-"
MAX_LINE = 16 * 1024 * 1024
PIECE = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
WILDCARDS = frozenset("*?[")
# What reading a log may raise: no permission, or gzip that is cut or damaged.
UNREADABLE = (OSError, EOFError, zlib.error)


@dataclass(frozen=True)
class Source:
    """One log: a file, or standard input where `path` is None."""

    path: Path | None

    @property
    def name(self) -> str:
        """Name it for a person."""
        return clean_text(str(self.path)) if self.path else "standard input"

    @property
    def stem(self) -> str | None:
        """Give the file's name without `.gz` and without its extension; None for standard input."""
        if self.path is None:
            return None
        name = clean_text(self.path.name)
        return Path(name[:-3] if name.lower().endswith(".gz") else name).stem


@dataclass(frozen=True)
class Line:
    """A line without its end; `is_cut` where it was too long, and only its beginning is here."""

    number: int
    text: str
    is_cut: bool = False


def find_sources(paths: list[str]) -> list[Source]:
    """Give the logs that paths name, each once, in the order of the paths.

    A folder stands for all files below it, by name; a pattern for what it matches. What may not be
    looked into is given as well: opening it will say why. Raises UsageError for a path that names
    nothing, before anything is read.
    """
    found: dict[str, Source] = {}
    for path in paths:
        if path == STANDARD_INPUT:
            found.setdefault(path, Source(None))
            continue
        for file in _files(path):
            found.setdefault(os.path.realpath(file), Source(file))
    return list(found.values())


def _files(path: str) -> list[Path]:
    named = Path(path)
    try:
        if named.is_dir():
            return sorted(_files_below(named))
        if named.exists():
            return [named]
    except PermissionError:
        return [named]
    if WILDCARDS & set(path):
        matched = [Path(name) for name in sorted(glob.glob(path, recursive=True))]  # noqa: PTH207
        files = [file for file in matched if _is_source(file)]
        if files:
            return files
    raise UsageError(f"there is nothing at {path}", "give files, folders, patterns, or - for stdin")


def _files_below(folder: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for place, _, names in os.walk(folder, onerror=lambda error: closed.append(error.filename)):
        yield from (file for name in names if _is_source(file := Path(place, name)))
    yield from map(Path, closed)


def _is_source(file: Path) -> bool:
    """Say whether to read what a folder holds: files, and links that lead nowhere, to name them."""
    try:
        return file.is_file() or not file.exists()
    except PermissionError:
        return True


class _Unpacked(io.RawIOBase):
    """Gzip that gives all that can be unpacked; `trouble` is why there is no more."""

    def __init__(self, packed: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=packed)
        self.trouble: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found = b"" if self.trouble else self._file.read1(len(buffer))
        except UNREADABLE as error:
            self.trouble, found = error, b""
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def open_source(source: Source) -> Iterator[io.BufferedReader]:
    """Open a log for reading bytes, unpacked where it is gzip. Raises OSError.

    Of gzip that is cut or damaged the readable part is given; the error is raised at the end.
    """
    raw: Any = sys.stdin.buffer if source.path is None else source.path.open("rb")
    with io.BufferedReader(raw, PIECE) as plain:
        if plain.peek(2)[:2] != GZIP_MAGIC:
            yield plain
            return
        stream: Any = io.BufferedReader(_Unpacked(plain), PIECE)
        yield stream
        require_whole(stream)


def require_whole(stream: io.BufferedReader) -> None:
    """Raise what kept a stream of `open_source` from being unpacked to its end."""
    if isinstance(stream.raw, _Unpacked) and stream.raw.trouble:
        raise stream.raw.trouble


def is_packed(stream: io.BufferedReader) -> bool:
    """Say whether a stream of `open_source` unpacks gzip."""
    return isinstance(stream.raw, _Unpacked)


def clean_text(text: str) -> str:
    """Give text that both engines can hold: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def decode(raw: bytes) -> str:
    """Read bytes as UTF-8; what is none becomes U+FFFD."""
    return raw.decode("utf-8", "replace").replace("\x00", "\ufffd")


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Give the lines of a log up to where it ends now: what is written to it later is not read."""
    number = 0
    while raw := stream.readline(MAX_LINE):
        number += 1
        is_cut = len(raw) == MAX_LINE and not raw.endswith(b"\n")
        while is_cut and (rest := stream.readline(PIECE)):
            if rest.endswith(b"\n"):
                break
        yield Line(number, decode(raw[:PIECE] if is_cut else raw).rstrip("\r\n"), is_cut)


def why_unreadable(error: Exception) -> str:
    """Say why a source could not be read to its end."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
