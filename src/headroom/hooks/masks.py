"""The secret masks of the seed `masks`, for text that a hook keeps or shows."""

import csv
import re
from functools import cache

from headroom.settings import PROJECT_DIR

MASKS = PROJECT_DIR / "seeds" / "reference" / "masks.csv"


@cache
def _secret_masks() -> list[tuple[re.Pattern[str], str]]:
    with MASKS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "secret"]
    return [
        (
            re.compile(row["pattern"], re.IGNORECASE if "i" in row["flags"] else 0),
            row["placeholder"],
        )
        for row in sorted(rows, key=lambda row: int(row["mask_order"]))
    ]


def mask_secrets(text: str) -> str:
    """Hide what the seed's masks take for a secret, in their order."""
    for pattern, placeholder in _secret_masks():
        text = pattern.sub(placeholder, text)
    return text
