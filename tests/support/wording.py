"""Words that make a reader stop, and what to write instead."""

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

from headroom.settings import PROJECT_DIR

# What to write instead stands beside each.
WORDS = {
    "anew": (r"\banew\b", "again"),
    "mend": (r"\bmend(s|ed|ing)?\b", "fix"),
    "in vain": (r"\bin vain\b", "without success; cannot"),
    "gladly": (r"\bgladly\b", "more often"),
    "gravest, dearest": (r"\b(grav|dear)est\b", "most severe; most expensive"),
    # Neither Python's `is None` nor Jinja's test `is none -%}`.
    "is none": (r"\b(is|are|was|were) (?-i:none)\b(?! -%)", "say what it is; has no ..."),
    "none of its": (r"\bnone of (its|their|his|hers)\b", "not a ..."),
    "of its own": (r"\bof (its|their|one's) own\b", "its own ...; a separate ..."),
    "drew lots": (r"\bdrew lots\b", "this is observational, not randomized"),
    "is no": (
        r"(?<!there )\b(is|are) no (?!longer\b|more\b|less\b|fewer\b|other\b)[a-z]{3,}\b",
        "is not a ...",
    ),
    "ran over": (r"\b(ran|run) over\b", "overflowed"),
    "lean on": (r"\blean(s|ed|ing)? on\b", "is shrunk toward; uses"),
    "tells of": (r"\b(tells?|told|hears?) of\b", "says; describes"),
}
PATTERNS = {word: re.compile(pattern, re.I) for word, (pattern, _) in WORDS.items()}
READ = {".md", ".py", ".sql", ".yml", ".yaml", ".toml", ".ipynb", ".sh", ""}
# The words themselves, and how they were said.
LEFT_OUT = {"tests/support/wording.py", "tests/unit/test_wording.py", "LICENSE"}
Place = tuple[str, str]


def found_in(text: str) -> Counter[str]:
    """Count each word; a line that ends in the middle of an expression divides nothing."""
    flat = " ".join(re.sub(r"^\s*(#|--|//|\*|>)\s?", " ", line) for line in text.splitlines())
    flat = re.sub(r"\s+", " ", flat)
    return Counter({word: len(pattern.findall(flat)) for word, pattern in PATTERNS.items()})


def project_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(name) for name in listed.stdout.splitlines()]
    return [
        path
        for path in paths
        if path.suffix in READ
        and str(path) not in LEFT_OUT
        and path.parts[0] != "samples"
        and (PROJECT_DIR / path).is_file()
    ]


@cache
def wording() -> dict[Place, int]:
    """Count the words of the project by file and word; only what was found."""
    counts = {}
    for path in project_files():
        for word, count in found_in((PROJECT_DIR / path).read_text(encoding="utf-8")).items():
            if count:
                counts[str(path), word] = count
    return counts
