"""The secret masks of the seed `masks`, for text that lands; the models apply the same ones."""

import csv
import re
from functools import cache

from headroom.settings import PROJECT_DIR

SEED = PROJECT_DIR / "seeds" / "reference" / "masks.csv"


@cache
def _secret_masks() -> list[tuple[re.Pattern[str], str]]:
    """Read the masks in their order. Their patterns mean the same to Python and both engines."""
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "secret"]
    rows.sort(key=lambda row: int(row["mask_order"]))
    return [
        (re.compile(row["pattern"], re.I if "i" in row["flags"] else 0), row["placeholder"])
        for row in rows
    ]


def mask_secrets(text: str) -> str:
    """Give text with what looks like a secret replaced."""
    for pattern, placeholder in _secret_masks():
        text = pattern.sub(placeholder, text)
    return text
