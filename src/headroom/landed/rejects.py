"""Pieces of logs that could not be loaded: kept with the reason.

A piece is identified by where it stands (the file) and by what it is.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import pyarrow as pa

from headroom.landed.masks import mask_secrets, masked
from headroom.reading.inputs import Source, clean_text
from headroom.reading.tolerant_json import write_json
from headroom.reading.values import BadValueError

EXCERPT = 500
# More than is kept: a secret that the cut would halve is masked as a whole.
MASKED = 4 * EXCERPT


@dataclass(frozen=True)
class Reject:
    """A piece that was not loaded; `where` is for the person who reads the summary only."""

    hook: str
    subject: str | None
    reason: str
    excerpt: str
    where: str
    source: str = ""

    def row(self) -> dict[str, str | None]:
        """Give the row of `landed_rejects`."""
        return reject_rows([self])[0]


def reject_rows(rejects: Sequence[Reject]) -> list[dict[str, str | None]]:
    """Give the rows of `landed_rejects`; equal pieces of one source are one row."""
    texts = [
        [clean_text(reject.excerpt[:MASKED]) for reject in rejects],
        [clean_text(reject.subject or "") for reject in rejects],
        [clean_text(reject.source) for reject in rejects],
    ]
    shown = (masked(pa.array(column, pa.string())).to_pylist() for column in texts)
    return [
        _row(reject, excerpt[:EXCERPT], subject, source)
        for reject, excerpt, subject, source in zip(rejects, *shown, strict=True)
    ]


def _row(reject: Reject, excerpt: str, subject: str, source: str) -> dict[str, str | None]:
    # A reason can quote a value.
    reason = clean_text(reject.reason)
    parts = (reject.hook, source, subject, reason, excerpt)
    return {
        "reject_id": digest("\x1f".join(parts)),
        "hook": reject.hook,
        "source": source,
        "subject": subject or None,
        "reason": reason,
        "excerpt": excerpt,
    }


def address(source: Source) -> str:
    """Give the place of a source: its path from the root, however it was named."""
    return os.path.realpath(source.path) if source.path else "standard input"


def end_of(text: str) -> str:
    """Give the end of a text that is cut off: masked first, as it could begin within a secret.

    It can end within one, too: a value is known by the quote that ends it.
    """
    return mask_secrets(clean_text(text[-MASKED:]) + '"').removesuffix('"')[-EXCERPT:]


def excerpt_of(value: Any) -> str:
    """Write a value of JSON, or nothing where it is nested too deeply."""
    try:
        return write_json(value)
    except BadValueError:
        return ""


def digest(text: str) -> str:
    """Give the md5 of a text: an identity, not a secret."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()
