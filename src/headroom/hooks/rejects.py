"""Pieces of logs that could not be loaded: kept with the reason, identified by their content."""

from dataclasses import dataclass
from hashlib import md5

from headroom.hooks.inputs import clean_text
from headroom.hooks.masks import mask_secrets

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
        parts = (self.hook, self.subject or "", self.reason, excerpt)
        return {
            "reject_id": digest("\x1f".join(parts)),
            "hook": self.hook,
            "subject": self.subject,
            "reason": self.reason,
            "excerpt": excerpt,
        }


def digest(text: str) -> str:
    """Give the md5 of a text: an identity, not a secret."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()
