"""Whose failures may be shown: the projects that HEADROOM_ALLOWED_PROJECTS allows.

What is not allowed is filtered before anything is counted, so that it shows in no figure either.
"""

import os
from dataclasses import dataclass

from headroom.errors import UsageError

EVERY_PROJECT = "*"


@dataclass(frozen=True)
class Scope:
    """The projects that an answer may be made of.

    `projects` is None where all are allowed and none is asked for; failures that belong to no
    project are then shown as well.
    """

    projects: tuple[str, ...] | None

    def names(self) -> list[str]:
        """Give the names as the analyses take them: `*` means all."""
        return [EVERY_PROJECT] if self.projects is None else list(self.projects)

    def describe(self) -> str:
        """Say the scope as a person would."""
        return "all projects" if self.projects is None else ", ".join(self.projects)


def allowed_projects() -> tuple[str, ...] | None:
    """Read HEADROOM_ALLOWED_PROJECTS, a list with commas; None where it is unset or holds `*`.

    Raises UsageError where it is set and names nothing: that must not open everything.
    """
    text = os.environ.get("HEADROOM_ALLOWED_PROJECTS")
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError(
            "HEADROOM_ALLOWED_PROJECTS is set, but names no project",
            "name projects with commas between them, write * for all, or unset it",
        )
    return None if EVERY_PROJECT in names else names


def scope_of(project: str | None) -> Scope:
    """Give the scope of a command: the project asked for, else all that are allowed.

    Raises UsageError for a project that is not allowed, whether it exists or not.
    """
    allowed = allowed_projects()
    if project is None:
        return Scope(allowed)
    if not project.strip() or project == EVERY_PROJECT or "\0" in project:
        raise UsageError(
            f"--project {project!r} is not the name of a project", "leave it out for all"
        )
    if allowed is not None and project not in allowed:
        raise UsageError(
            f"project {project!r} is not among the projects that you may see",
            f"HEADROOM_ALLOWED_PROJECTS allows: {', '.join(allowed)}",
        )
    return Scope((project,))
