"""The user's own folder of reference seeds: written, and renewed after an upgrade."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal

from headroom.errors import UsageError
from headroom.seeds import contracts
from headroom.settings import PACKAGED_SEEDS, SEEDS_VARIABLE

State = Literal["new", "renewed", "kept", "as it is"]
# The sha256 of each file as it was written: one that differs was changed by its owner.
RECORD = ".headroom.json"
README = """# Reference seeds of Headroom

Headroom reads these tables, not those that it brings along, where `{variable}` holds the path of
this folder. Change rows as you need, and keep the columns. The next build makes again what is
computed from a changed row. Delete the files that you do not change: then those that Headroom
brings along count, after an upgrade too.

`headroom init` on this folder, after an upgrade, renews files that you did not change, keeps
changed ones, and says what these lack.

{files}
"""


def init_folder(folder: Path) -> dict[str, State]:
    """Write all reference seeds into a folder, or renew them in one that was written so.

    Says what became of each file: one that its owner changed is kept, and one that was deleted does
    not come back. Raises UsageError for a folder that holds something else, or that cannot be
    written.
    """
    with _usable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        record = _record_of(folder)
        if record is None and any(folder.iterdir()):
            raise UsageError(
                f"{folder} is not empty, and `headroom init` did not write it", "name a new folder"
            )
        known = record or {}
        states = {
            name: _renew(folder / name, content, known)
            for name, content in _files().items()
            if record is None or (folder / name).exists()
        }
        (folder / RECORD).write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return states


def _renew(path: Path, content: bytes, known: dict[str, str]) -> State:
    """Write a file, if nobody changed it, and remember what was written."""
    found, digest = _digest_of(path), sha256(content).hexdigest()
    if found not in (None, digest, known.get(path.name)):
        return "kept"
    known[path.name] = digest
    if found == digest:
        return "as it is"
    path.write_bytes(content)
    return "renewed" if found else "new"


def outdated_files(folder: Path) -> list[str]:
    """Name the files that are as an earlier version wrote them, and that this one has otherwise."""
    known = _record_of(folder) or {}
    return [
        name
        for name, content in _files().items()
        if sha256(content).hexdigest() != known.get(name) == _digest_of(folder / name)
    ]


def _files() -> dict[str, bytes]:
    names = [f"{name}.csv" for name in contracts()]
    listed = [f"- `{name}.csv`: {seed.description}" for name, seed in contracts().items()]
    readme = README.format(variable=SEEDS_VARIABLE, files="\n".join(listed))
    return {name: (PACKAGED_SEEDS / name).read_bytes() for name in names} | {
        "README.md": readme.encode()
    }


def _digest_of(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _record_of(folder: Path) -> dict[str, str] | None:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return record if isinstance(record, dict) else None


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be used: {error.strerror or error}", "name your own folder"
        ) from None
