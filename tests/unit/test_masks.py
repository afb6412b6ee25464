"""The masks' patterns stay in what RE2 and PostgreSQL read alike."""

import csv
import re

import pytest

from headroom.settings import PROJECT_DIR

SEED = PROJECT_DIR / "seeds" / "reference" / "masks.csv"

# What one of the two reads differently, or not at all, with an example each.
FORBIDDEN = {
    r"\(\?[^:]": "(?=a)",  # look-around, flags, names of groups
    r"\\[^ntr.\\]": r"\bword",  # \b, \d, \w, back references
    r"[*+?}]\?": "a+?",  # lazy quantifiers
    r"[*+?}][+*]": "a++",  # possessive, or a quantifier of a quantifier
    r"\.": "a.c",  # a bare dot: RE2 stops at a newline
    r"\[\[": "[[:alpha:]]",  # classes that depend on the server's collation
    r"\{[^}]*[0-9]{3}": "a{300}",  # PostgreSQL repeats at most 255 times
    r"(?<!\|)\$|\$(?!\))": "a$",  # but as the last way out, an end instead of a boundary
}


def refused(pattern: str) -> list[str]:
    """Give the constructs in a pattern that engines read differently."""
    # Outside of brackets, except that escapes count there as well.
    outside = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "[]", pattern).replace("\\\\", "x")
    found = [name for name in FORBIDDEN if re.search(name, outside)]
    inside = "".join(re.findall(r"\[\^?\]?(?:\\.|[^\]\\])*\]", pattern))
    escapes = [found for found in re.findall(r"\\.", inside) if found[1] not in "ntr.\\"]
    if "[[" in pattern:
        escapes.append("[[")
    return found + escapes


def rows() -> list[dict[str, str]]:
    with SEED.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["mask_name"])
def test_a_pattern_is_read_alike_by_both_engines(row: dict[str, str]) -> None:
    assert refused(row["pattern"]) == [], row["mask_name"]
    flags = re.IGNORECASE if row["flags"] == "gi" else 0
    masked = re.sub(row["pattern"], row["placeholder"], row["example"], flags=flags)
    assert masked == row["expected_masked"], row["mask_name"]


@pytest.mark.parametrize("pattern", [*FORBIDDEN.values(), r"[\d]", r"(a)\1"])
def test_a_construct_that_is_read_differently_is_refused(pattern: str) -> None:
    assert refused(pattern)


def test_secrets_come_first_and_orders_are_apart() -> None:
    kinds = [row["kind"] for row in sorted(rows(), key=lambda row: int(row["mask_order"]))]
    is_parameter = [kind == "parameter" for kind in kinds]
    assert is_parameter == sorted(is_parameter)


def test_a_parameter_mask_keeps_the_words_of_a_command_apart() -> None:
    for row in rows():
        if row["kind"] == "parameter":
            words = [len(row[name].split()) for name in ("example", "expected_masked")]
            assert words[0] == words[1], row["mask_name"]
