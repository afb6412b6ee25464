"""Pieces of logs that could not be loaded: kept with the reason, identified by their content."""

from dataclasses import dataclass
from hashlib import md5
from typing import Any

from headroom.hooks.inputs import clean_text
from headroom.hooks.masks import mask_secrets
from headroom.hooks.tolerant_json import write_json
from headroom.hooks.values import BadValueError

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

    def row(self) -> dict[str, str | None]:
        """Give the row of `landed_rejects`."""
        excerpt = mask_secrets(clean_text(self.excerpt[:MASKED]))[:EXCERPT]
        subject = self.subject and clean_text(self.subject)
        parts = (self.hook, subject or "", self.reason, excerpt)
        return {
            "reject_id": digest("\x1f".join(parts)),
            "hook": self.hook,
            "subject": subject,
            "reason": self.reason,
            "excerpt": excerpt,
        }


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
