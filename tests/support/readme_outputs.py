"""What README shows of commands: what they print on the demo, cut to what answers a question.

`make pictures` writes it; tests/integration/test_reference.py compares it with the commands.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from tests.support.generated_docs import with_part

# The parts that are shown, by how they begin, with the most lines of each.
Cut = Mapping[str, int]
OUTPUTS: dict[str, tuple[str, Cut]] = {
    "explain": (
        "explain eks-0d33-a443-43b9-45f9-04b780868880",
        {"── eks": 20, "Donors": 20, "Contaminated": 1},
    ),
    "impact": (
        "report impact --as-of 2025-12-17",
        {"Before and after": 20, "Where the published": 20},
    ),
    "failures": ("failures analyze", {"Nodes": 7, "Recommendations": 5}),
}


def cut(printed: str, parts: Cut) -> str:
    """Give the named parts of what a command printed: one begins with a line at the margin."""
    lines = [re.sub(r"^─+( .* )─+$", r"──\1──", line.rstrip()) for line in printed.splitlines()]
    found: list[list[str]] = []
    for line in filter(None, lines):
        if not line.startswith(" "):
            found.append([])
        found[-1].append(line)
    shown = []
    for part in found:
        most = next((most for start, most in parts.items() if part[0].startswith(start)), 0)
        if most:
            shown.append("\n".join([*part[:most], *(["  …"] if len(part) > most else [])]))
    return "\n\n".join(shown)


def with_outputs(readme: str, run: Callable[[Sequence[str]], str]) -> str:
    """Put into README what each command prints."""
    for name, (command, parts) in OUTPUTS.items():
        text = f"```\n$ headroom {command}\n\n{cut(run(command.split()), parts)}\n```"
        readme = with_part(readme, f"output {name}", text)
    return readme
