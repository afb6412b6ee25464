"""The folders that dbt reads and writes."""

import os
from contextlib import suppress
from hashlib import md5
from pathlib import Path
from uuid import uuid4

from headroom.errors import UsageError
from headroom.seeds import contracts, seed_path
from headroom.settings import IS_CHECKOUT, PROJECT_DIR, own_seeds

# The folders that dbt writes into, with their names below `_cache_folder`.
WRITTEN = {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
# What dbt reads beside seeds.
READ = ("analyses", "dbt_project.yml", "docs", "macros", "models", "profiles", "snapshots", "tests")


def written_folder(variable: str) -> Path:
    """Give the folder that one of dbt's variables moves; raise UsageError without a home."""
    named = os.environ.get(variable)
    return Path(named or _cache_folder() / WRITTEN[variable]).absolute()


def target_folder() -> Path:
    """Give the folder in which dbt leaves its artifacts; raise UsageError without a home."""
    return written_folder("DBT_TARGET_PATH")


def _cache_folder() -> Path:
    """Give the checkout, else a folder in the user's cache, one for each installation."""
    if IS_CHECKOUT:
        return PROJECT_DIR
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        raise UsageError(
            "this user has no home folder, so there is no place for dbt's files",
            "set XDG_CACHE_HOME to a folder that can be written",
        ) from None
    return cache / "headroom" / _digest(PROJECT_DIR)


def _digest(path: Path) -> str:
    return md5(bytes(path), usedforsecurity=False).hexdigest()[:12]


def make_folders(arguments: list[str]) -> None:
    """Make the folders that a dbt command writes into; raise UsageError where it cannot write."""
    moved = "DBT_TARGET_PATH" if "--target-path" in arguments else None
    for variable in WRITTEN.keys() - {moved}:
        folder = written_folder(variable)
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise UsageError(
                f"dbt cannot write its files into {folder}",
                f"set {variable} to a folder that can be written",
            )


def project_folder() -> Path:
    """Give the project that dbt reads: with own seeds, links to them and to the rest.

    dbt takes no seeds from elsewhere: below its target it writes a file for each seed under the
    seed's own path, and an absolute one would be the seed itself. Raises UsageError where the links
    cannot be made.
    """
    own = own_seeds()
    if own is None:
        return PROJECT_DIR
    folder = target_folder() / "projects" / _digest(own)
    # dbt does not look behind a link to a folder in a folder of seeds.
    paths = [*(PROJECT_DIR / place for place in READ), *PROJECT_DIR.glob("seeds/*/*")]
    links = {folder / path.relative_to(PROJECT_DIR): path for path in paths}
    links |= {folder / "seeds/reference" / f"{name}.csv": seed_path(name) for name in contracts()}
    try:
        for link, path in links.items():
            _link(folder, link, path)
        for old in {*folder.glob("seeds/*/*")} - links.keys():
            old.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"the project with the seeds in {own} cannot be put together in {folder}: {error}",
            "set DBT_TARGET_PATH to a folder that can be written",
        ) from None
    return folder


def _link(folder: Path, link: Path, path: Path) -> None:
    """Let a link lead to a path; at no moment it is missing, as another build may read it."""
    if link.is_symlink() and link.readlink() == path:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    new = folder / uuid4().hex
    new.symlink_to(path)
    new.replace(link)
