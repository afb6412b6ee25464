"""Logs in large blocks of whole lines as Arrow text: for loads that read millions of lines.

The bounds are those of `inputs`: a line longer than MAX_LINE is passed over without being held in
memory, and a line that is not text of a database (UTF-8 without NUL) is left out with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headroom.reading.inputs import MAX_LINE, decode, require_whole, size_now

BLOCK = 8 * 1024 * 1024
# Of a line that is not read so much is kept.
CUT = 4000
TOO_LONG = "the line is too long"
NO_UTF8, HOLDS_NUL = "the line is not UTF-8", "the line holds a NUL byte"


@dataclass(frozen=True)
class BrokenLine:
    """A line that is not text: its number in the source, and its beginning as far as readable."""

    number: int
    reason: str
    text: str


@dataclass
class Block:
    """Lines without their ends, each with its number in the source from 1.

    `lines` counts all lines of the block, the broken ones too; `read` is how many bytes of the
    source were read until here.
    """

    texts: pa.StringArray
    numbers: pa.Int64Array
    lines: int
    read: int
    broken: list[BrokenLine] = field(default_factory=list)


def read_blocks(stream: BufferedReader) -> Iterator[Block]:
    """Give the lines of a log in blocks; a file that grows is read to where it ended at first.

    The line that was being written then is read to its end.
    """
    number = 0
    for raw, is_cut, read in _whole_lines(_pieces(stream)):
        block = _cut_block(raw, number, read) if is_cut else _block(raw, number, read)
        number += block.lines
        yield block


def _pieces(stream: BufferedReader) -> Iterator[bytes]:
    """Give the bytes of a source up to its size now, and then to the end of the line."""
    left = size_now(stream)
    last = b""
    while left is None or left > 0:
        piece = stream.read(BLOCK if left is None else min(BLOCK, left))
        if not piece:
            # What would be the last line is the beginning of one.
            require_whole(stream)
            return
        last = piece
        left = None if left is None else left - len(piece)
        yield piece
    for _ in range(MAX_LINE // BLOCK + 1):
        if last.endswith(b"\n") or not (last := stream.readline(BLOCK)):
            return
        yield last


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool, int]]:
    """Give whole lines, without the last line end; or, marked, the beginning of too long a line."""
    held = b""
    read = 0
    is_too_long = False
    for piece in pieces:
        read += len(piece)
        rest = piece
        first = rest.find(b"\n")
        if is_too_long:
            if first < 0:
                continue
            is_too_long = False
            rest = rest[first + 1 :]
        elif len(held) + (first if first >= 0 else len(rest)) > MAX_LINE:
            yield (held + rest)[:CUT], True, read
            held = b""
            is_too_long = first < 0
            rest = rest[first + 1 :] if first >= 0 else b""
        end = rest.rfind(b"\n")
        if end < 0:
            held += rest
            continue
        # One copy of the block, not two.
        yield b"".join((held, memoryview(rest)[:end])), False, read
        held = rest[end + 1 :]
    if held:
        yield held, False, read


def _cut_block(beginning: bytes, before: int, read: int) -> Block:
    broken = [BrokenLine(before + 1, TOO_LONG, decode(beginning))]
    return Block(pa.array([], pa.string()), pa.array([], pa.int64()), 1, read, broken)


def _block(raw: bytes, before: int, read: int) -> Block:
    broken: list[BrokenLine] = []
    texts = _split(raw)
    if texts is not None and b"\r" in raw:
        texts = pc.utf8_rtrim(texts, "\r")
    lines = [line.rstrip(b"\r") for line in raw.split(b"\n")] if texts is None else []
    count = len(lines) if texts is None else len(texts)
    numbers = np.arange(before + 1, before + count + 1, dtype=np.int64)
    if texts is None:
        reasons = [_why_broken(line) for line in lines]
        broken = [
            BrokenLine(before + place, reason, decode(line[:CUT]))
            for place, (line, reason) in enumerate(zip(lines, reasons, strict=True), 1)
            if reason
        ]
        good = [not reason for reason in reasons]
        numbers = numbers[good]
        texts = pa.array(
            [line for line, reason in zip(lines, reasons, strict=True) if not reason],
            pa.string(),
        )
    return Block(texts, pa.array(numbers), count, read, broken)


def _split(raw: bytes) -> pa.StringArray | None:
    """Cut a block at its line ends, without a copy in Python; None where it is not text."""
    if b"\x00" in raw:
        return None
    offsets = pa.py_buffer(np.array([0, len(raw)], dtype=np.int32).tobytes())
    whole = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(raw))
    if not raw.isascii():
        try:
            whole.validate(full=True)
        except pa.ArrowInvalid:
            return None
    return pc.split_pattern(whole, "\n").values


def _why_broken(line: bytes) -> str | None:
    if b"\x00" in line:
        return HOLDS_NUL
    try:
        line.decode()
    except UnicodeDecodeError:
        return NO_UTF8
    return None
