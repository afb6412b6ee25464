"""What a hook reads: files, folders, globs, gzip, pipes and standard input, each bounded.

A line can be of any length and hold any bytes: what is longer than MAX_LINE is passed over without
being held in memory, and what is not UTF-8, or not text for a database, is replaced by U+FFFD. The
limits and their reasons stand in decision 0029.
"""

import errno
import glob
import gzip
import io
import os
import re
import select
import stat
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from headroom.errors import UsageError
from headroom.printable import printable

STANDARD_INPUT = "-"
MEGABYTE = 1024 * 1024
MAX_LINE = 16 * MEGABYTE
PIECE = MEGABYTE
# What a document is read into takes more memory than its file has bytes.
MAX_DOCUMENT = 256 * MEGABYTE
MAX_HELD = 768 * MEGABYTE
# Gzip of logs is 5 to 50 times as small as the log. Zeros are packed 1,000 to 1.
FREE_UNFOLDED = 256 * MEGABYTE
MAX_RATIO = 250
# A pipe that nobody has opened for writing is waited for so long.
WRITER_SECONDS = 10.0
POLL_MILLISECONDS = 50
GZIP_MAGIC = b"\x1f\x8b"
# What the beginning of a file says of it, where no log begins like this.
SIGNATURES = (
    (re.compile(rb"PK\x03\x04"), "it is a zip archive: unpack it first"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "it is packed by zstd: unpack it first"),
    (re.compile(rb"BZh[1-9]1AY&SY"), "it is packed by bzip2: unpack it first"),
    (re.compile(rb"\xfd7zXZ\x00"), "it is packed by xz: unpack it first"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "it is a 7z archive: unpack it first"),
    (re.compile(rb"\x04\x22\x4d\x18"), "it is packed by lz4: unpack it first"),
    (re.compile(rb"\x1f\x8b\x08"), "it is packed by gzip twice: unpack it once"),
    (re.compile(rb"(?s).{257}ustar"), "it is a tar archive: unpack it first"),
    (
        re.compile(rb"\xff\xfe[^\0]\0|\xfe\xff\0[^\0]"),
        "it is UTF-16: write it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)",
    ),
)
SIGNATURE_BYTES = 262
WILDCARDS = frozenset("*?[")
# What reading a log may raise: no permission, or gzip that is cut or damaged.
UNREADABLE = (OSError, EOFError, zlib.error)


@dataclass(frozen=True)
class Source:
    """One log: a file, or standard input where `path` is None."""

    path: Path | None

    @property
    def name(self) -> str:
        """Name it for a person, on one line of a terminal."""
        return printable(self.path) if self.path else "standard input"

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
    except OSError:
        # Opening it will say why: no permission, or a name that is too long.
        return [named]
    if WILDCARDS & set(path):
        files = [file for file in _matched(path) if _is_source(file)]
        if files:
            return files
    raise UsageError(
        f"there is nothing at {printable(path)}", "give files, folders, patterns, or - for stdin"
    )


def _matched(pattern: str) -> list[Path]:
    try:
        return [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
    except RecursionError:
        raise UsageError(
            f"the folders below {printable(pattern)} are nested too deeply for a pattern",
            "give the folder itself",
        ) from None


def _files_below(folder: Path) -> Iterator[Path]:
    """Give the files below a folder, and what may not be looked into; links are not followed."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif _is_source(path):
                        yield path
        except OSError:
            yield place


def _is_source(file: Path) -> bool:
    """Say whether to read what a folder holds: files, and links that lead nowhere, to name them."""
    try:
        return file.is_file() or not file.exists()
    except OSError:
        return True


def _open(path: Path) -> Any:
    """Open a file or a pipe for reading, and nothing else. Raises OSError."""
    _require_readable(path.stat().st_mode)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = io.FileIO(descriptor)
    try:
        mode = os.fstat(descriptor).st_mode
        _require_readable(mode)
        first = _wait_for_writer(descriptor) if stat.S_ISFIFO(mode) else b""
        os.set_blocking(descriptor, True)
    except BaseException:
        file.close()
        raise
    return _Begun(first, file) if first else file


def _require_readable(mode: int) -> None:
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    what = "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise OSError(errno.EINVAL, f"it is {what}, not a file: pipe its output, and give - instead")


def _wait_for_writer(descriptor: int) -> bytes:
    """Wait until somebody writes into a pipe; give the byte that was read to find out, if any."""
    deadline = time.monotonic() + WRITER_SECONDS
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while not poll.poll(POLL_MILLISECONDS):
        try:
            first = os.read(descriptor, 1)
        except BlockingIOError:
            # There is a writer, which has not written yet: it may take its time.
            return b""
        if first:
            return first
        if time.monotonic() > deadline:
            raise OSError(
                errno.EPIPE, f"nothing writes into this pipe: waited {WRITER_SECONDS:g} seconds"
            )
    return b""


class _Begun(io.RawIOBase):
    """A file of which the first bytes were read before."""

    def __init__(self, first: bytes, file: io.FileIO) -> None:
        self._first, self._file = first, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._first:
            buffer[: len(self._first)] = self._first
            given, self._first = len(self._first), b""
            return given
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Counted(io.RawIOBase):
    """A file whose bytes are counted as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self.count += len(found)
        return found


class BombError(OSError):
    """Gzip unfolds to more than any log does."""


class _Unpacked(io.RawIOBase):
    """Gzip that gives all that can be unpacked; `trouble` is why there is no more."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = _Counted(packed)
        self._file = gzip.GzipFile(fileobj=self._packed, mode="rb")
        self._unfolded = 0
        self.trouble: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found = b"" if self.trouble else self._file.read1(len(buffer))
        except UNREADABLE as error:
            self.trouble, found = error, b""
        self._unfolded += len(found)
        if self._unfolded > max(FREE_UNFOLDED, MAX_RATIO * self._packed.count):
            why = f"it unfolds to more than {MAX_RATIO} times its size, unlike any log"
            self.trouble = BombError(errno.EFBIG, f"{why}: if it is a log, unpack it yourself")
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def open_source(source: Source) -> Iterator[io.BufferedReader]:
    """Open a log for reading bytes, unpacked where it is gzip. Raises OSError.

    Of gzip that is cut or damaged the readable part is given; the error is raised at the end.
    """
    raw: Any = sys.stdin.buffer if source.path is None else _open(source.path)
    with io.BufferedReader(raw, PIECE) as plain:
        if plain.peek(2)[:2] != GZIP_MAGIC:
            _require_known(plain)
            yield plain
            return
        stream: Any = io.BufferedReader(_Unpacked(plain), PIECE)
        _require_known(stream)
        yield stream
        require_whole(stream)


def _require_known(stream: io.BufferedReader) -> None:
    """Raise OSError for a form that is known not to be read here."""
    beginning = stream.peek(SIGNATURE_BYTES)[:SIGNATURE_BYTES]
    for signature, what in SIGNATURES:
        if signature.match(beginning):
            raise OSError(errno.EINVAL, what)


def require_whole(stream: io.BufferedReader) -> None:
    """Raise what kept a stream of `open_source` from being unpacked to its end."""
    if isinstance(stream.raw, _Unpacked) and stream.raw.trouble:
        raise stream.raw.trouble


def is_packed(stream: io.BufferedReader) -> bool:
    """Say whether a stream of `open_source` unpacks gzip."""
    return isinstance(getattr(stream, "raw", None), _Unpacked)


def clean_text(text: str) -> str:
    """Give text that both engines can hold: no NUL, no half of a surrogate pair."""
    whole = text.replace("\x00", "\ufffd")
    try:
        return whole.encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decode(raw: bytes) -> str:
    """Read bytes as UTF-8; what is not UTF-8 becomes U+FFFD."""
    return raw.decode("utf-8", "replace").replace("\x00", "\ufffd")


def size_now(stream: BinaryIO) -> int | None:
    """Give how many bytes a plain file still has; None for a pipe, and for gzip."""
    try:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or not found.st_size:
            return None
        return found.st_size - stream.tell()
    except OSError:
        return None


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Give the lines of a log up to its current end: later lines are not read."""
    number = 0
    left = size_now(stream)
    while (left is None or left > 0) and (raw := stream.readline(MAX_LINE)):
        number += 1
        read = len(raw)
        is_cut = len(raw) == MAX_LINE and not raw.endswith(b"\n")
        while is_cut and (left is None or left > read) and (rest := stream.readline(PIECE)):
            read += len(rest)
            if rest.endswith(b"\n"):
                break
        left = None if left is None else left - read
        yield Line(number, decode(raw[:PIECE] if is_cut else raw).rstrip("\r\n"), is_cut)


class TooLargeError(ValueError):
    """A document takes more memory than a load may; the text says what the limit is."""


def read_whole(stream: io.BufferedReader, copies: int, bytes_a_value: int) -> str:
    """Give all text of a document, without a byte order mark.

    `copies` is how often its text is held at a time, `bytes_a_value` what is made of each value of
    its JSON. Raises TooLargeError, before the text is made, where that is more than MAX_HELD.
    """
    raw = stream.read(MAX_DOCUMENT + 1)
    trouble = getattr(getattr(stream, "raw", None), "trouble", None)
    if isinstance(trouble, BombError):
        raise trouble
    if len(raw) > MAX_DOCUMENT:
        raise TooLargeError(f"the document is longer than {MAX_DOCUMENT // MEGABYTE} MiB")
    # Text with one character beyond 255, or beyond 65,535, takes two or four bytes for each.
    width = 4 if re.search(rb"[\xf0-\xf4]", raw) else 1 if raw.isascii() and b"\0" not in raw else 2
    values = sum(raw.count(sign) for sign in (b",", b"[", b"{"))
    held = len(raw) * width * copies + max(values, raw.count(b"\n")) * bytes_a_value
    if held > MAX_HELD:
        raise TooLargeError(
            f"the document ({len(raw) / MEGABYTE:,.1f} MiB, about {values:,} values) takes more "
            f"than {MAX_HELD // MEGABYTE} MiB of memory"
        )
    return decode(raw.removeprefix(b"\xef\xbb\xbf"))


def why_unreadable(error: Exception) -> str:
    """Say why a source could not be read to its end."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
