"""What dbt's artifacts say beyond its events: which parts were made, and what held a node back.

An artifact that is missing, old or unreadable says nothing; the events have told the rest.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from headroom.dbt_folders import target_folder

# What `parts_to_make` writes into the SQL of a model.
_PARTS = re.compile(r"/\* parts: (.*?) \*/")


@dataclass(frozen=True)
class Artifacts:
    """What the last run of dbt left in its target folder.

    `parts` says of models how many parts they made; one that is made in full is not in it.
    `parents` are those of each node, by their unique ids.
    """

    parts: Mapping[str, int] = field(default_factory=dict)
    parents: Mapping[str, list[str]] = field(default_factory=dict)

    def held_by(self, node: str, failed: Iterable[str]) -> list[str]:
        """Name the failed nodes that stand above a node; all, where nothing is known of parents."""
        if not self.parents:
            return sorted(failed)
        above, stack = set(), [node]
        while stack:
            for parent in self.parents.get(stack.pop(), ()):
                if parent not in above:
                    above.add(parent)
                    stack.append(parent)
        return sorted(above.intersection(failed))


def read_artifacts(invocation: str, *, with_parents: bool) -> Artifacts:
    """Read what one run of dbt left; nothing of another run."""
    results = _of_invocation("run_results.json", invocation)
    parts = {
        result["unique_id"]: made
        for result in results.get("results", ())
        if (made := _parts(result.get("compiled_code"))) is not None
    }
    manifest = _of_invocation("manifest.json", invocation) if with_parents else {}
    return Artifacts(parts, _with_tests(manifest))


def _of_invocation(name: str, invocation: str) -> dict[str, Any]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        artifact: dict[str, Any] = json.loads((target_folder() / name).read_text(encoding="utf-8"))
        if artifact["metadata"]["invocation_id"] == invocation:
            return artifact
    return {}


def _parts(sql: str | None) -> int | None:
    found = _PARTS.search(sql or "")
    # A model that was made in full lists no parts.
    with suppress(ValueError, TypeError, KeyError):
        return len(json.loads(found[1])["parts"]) if found else None
    return None


def _with_tests(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the parents of each node; a test of a model counts among those of what reads the model.

    So `dbt build` has it: what is below a model waits for the model's tests.
    """
    parents: dict[str, list[str]] = {node: list(above) for node, above in
                                     manifest.get("parent_map", {}).items()}  # fmt: skip
    tests: dict[str, list[str]] = {}
    for node, above in parents.items():
        if node.startswith("test."):
            for parent in above:
                tests.setdefault(parent, []).append(node)
    for node, above in parents.items():
        if not node.startswith("test."):
            above += [test for parent in list(above) for test in tests.get(parent, ())]
    return parents
