"""A name that would do harm on a terminal, and what must never be printed of it."""

import re
import unicodedata

from headroom.settings import PROJECT_DIR

# Colours, a link, a title, C1 controls, a second line, what turns the direction, what is not seen,
# and markup of the library that prints.
PLANTED = (
    "pl\x1b[31m\x1b]8;;http://x.example\x1b\\nt\x07\x9b2J\x7f\u202e\u2066\u200f\u2028"
    "\u200b\ufeff\U000e0041[red]x[/red][link=http://x.example]y[/link]:fire:\rz\nheadroom: fine\t"
)
# The same without what a file name, or an option of one line, cannot hold.
PLANTED_NAME = PLANTED.replace("/", "|")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def harm(printed: str) -> list[str]:
    """Give what a terminal would obey, and the planted text that begins a line."""
    found = [
        f"{unicodedata.category(character)} {ord(character):04x}"
        for character in printed
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    ]
    return found + [line for line in printed.splitlines() if line.startswith("headroom: fine")]


PYTHON_FILES = sorted((PROJECT_DIR / "src" / "headroom").rglob("*.py"))
