"""What `make demo` asks of the command line: the recipe in the Makefile is the one list of it."""

import re
import shlex

from headroom.settings import PROJECT_DIR

PROGRAM = "@$(BIN)/headroom "
ON_DUCKDB = ["--target", "duckdb"]


def commands() -> list[list[str]]:
    """Give the words of each command of the demo, in its order, on the target of the caller."""
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\ndemo: ")[2].partition("\n\n")[0]
    values = dict(re.findall(r"^(\w+) := (.*)$", makefile, re.M))
    recipe = re.sub(r"\$\((LOGS|PAGE)\)", lambda name: values[name[1]], recipe)
    return [
        _expanded(line.strip().removeprefix(PROGRAM))
        for line in recipe.splitlines()
        if line.strip().startswith(PROGRAM)
    ]


def loads() -> list[list[str]]:
    """Give those that load the sample logs; they work in any folder."""
    return [words for words in commands() if words[0] == "load"]


def _expanded(line: str) -> list[str]:
    """Give the words of a line, whole paths in the place of samples, as the shell expands them."""
    words = [word for word in shlex.split(line) if word not in ON_DUCKDB]
    found = [
        sorted(map(str, PROJECT_DIR.glob(word))) if word.startswith("samples/") else [word]
        for word in words
    ]
    return [word for group in found for word in group]
