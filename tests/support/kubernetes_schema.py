"""What Kubernetes takes as a CronJob: its own schema, without words, in tests/expected.

    uv run --with kubernetes-validate==1.37.0 -m tests.support.kubernetes_schema

writes the file again from a package that holds the schemas of all versions (100 MB).
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[1] / "expected" / "kubernetes_cronjob.json"
VERSION = "v1.37.0-local-strict"


def refs(schema: Any) -> Iterator[str]:
    """Name the definitions that a schema refers to."""
    return iter(re.findall(r'"\$ref": "[^"]*/([^"/]+)"', json.dumps(schema)))


def without_words(schema: Any, *, are_names: bool = False) -> Any:
    """Leave out descriptions, and formats that JSON Schema does not know."""
    if isinstance(schema, list):
        return [without_words(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: without_words(value, are_names=not are_names and name in ("properties", "$defs"))
        for name, value in schema.items()
        if are_names or name not in ("description", "format")
    }


def main() -> None:
    """Collect what a CronJob refers to into one file."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / VERSION
    cronjob = json.loads((folder / "cronjob-batch-v1.json").read_text())
    known = json.loads((folder / "_definitions.json").read_text())["$defs"]
    needed: set[str] = set()
    waiting = set(refs(cronjob))
    while waiting:
        needed |= waiting
        waiting = {ref for name in waiting for ref in refs(known[name])} - needed
    whole = {**cronjob, "$defs": {name: known[name] for name in sorted(needed)}}
    text = re.sub(r'"[^"]*#/\$defs/', '"#/$defs/', json.dumps(without_words(whole)))
    SCHEMA.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
