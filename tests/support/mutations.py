"""Mutated input: changes of bytes, tokens and structure, each made again by its number."""

import random
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ODD_TEXTS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1b[31m",
    b"\r",
    b"\n",
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    "\u202e\u2066\u200b".encode(),
    "ＯＯМKilled１２３".encode(),
    "\U0001f600".encode(),
    b"&#" + b"1" * 5000 + b";",
    b"-1",
    b"1e999999999",
    b"9" * 400,
    b"0." + b"0" * 400 + b"1",
    b"NaN",
    b"-Infinity",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59.999999999+14:00",
    b"[" * 1500,
    b'{"a":' * 1500,
    b"x" * 70_000,
    b"=1+1",
)
TOKEN = re.compile(rb"[A-Za-z_][\w.-]*|-?\d[\d.:TZ+-]*|\s+|.", re.S)


def mutate(raw: bytes, number: int) -> bytes:
    """Give a mutation of some bytes; equal numbers give equal ones."""
    chance = random.Random(number)  # noqa: S311
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        raw = chance.choice(MUTATIONS)(raw, chance)
    return raw


def _flip(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 4, 32))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _span(raw: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(raw) + 1)
    return start, min(len(raw), start + chance.choice((1, 2, 8, 64, 1024)))


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _leave_out(raw: bytes, chance: random.Random) -> bytes:
    start, end = _span(raw, chance)
    return raw[:start] + raw[end:]


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    start, end = _span(raw, chance)
    return raw[:start] + raw[start:end] * chance.choice((2, 3, 50)) + raw[end:]


def _insert(raw: bytes, chance: random.Random) -> bytes:
    start, _ = _span(raw, chance)
    return raw[:start] + chance.choice(ODD_TEXTS) + raw[start:]


def _overwrite(raw: bytes, chance: random.Random) -> bytes:
    start, end = _span(raw, chance)
    return raw[:start] + chance.randbytes(end - start) + raw[end:]


def _exchange(raw: bytes, chance: random.Random) -> bytes:
    """Exchange two tokens, or put an odd text in the place of one."""
    start = chance.randrange(len(raw) + 1)
    tokens = TOKEN.findall(raw[start : start + 2000])
    if not tokens:
        return raw
    first, second = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    if chance.random() < 0.5:
        tokens[first] = chance.choice(ODD_TEXTS)
    else:
        tokens[first], tokens[second] = tokens[second], tokens[first]
    return raw[:start] + b"".join(tokens) + raw[start + 2000 :]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _cut,
    _leave_out,
    _repeat,
    _insert,
    _insert,
    _overwrite,
    _exchange,
    _exchange,
)


class HangError(BaseException):
    """A case took too long."""


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Break off what takes too long."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise HangError(f"more than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
