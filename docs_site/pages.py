"""The pages of the site: documents of the repository, with links that hold where they stand."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs_site.lineage import draw
from headroom.settings import PROJECT_DIR

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
SERVED = ("facts", "marts")


def site_places(project: Path = PROJECT_DIR) -> dict[str, str]:
    """Give the place in the site of each document of the repository."""
    places = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md"}
    for folder in ("deploy", "samples"):
        places[f"{folder}/README.md"] = f"{folder}.md"
    for path in sorted((project / "docs").rglob("*.md")):
        inside = path.relative_to(project / "docs")
        if inside.parts[0] != "blocks":
            name = "index.md" if inside.name == "README.md" else inside.name
            places[f"docs/{inside.as_posix()}"] = (inside.parent / name).as_posix()
    return places


def with_links(text: str, document: str, places: Mapping[str, str]) -> str:
    """Let links lead to pages and pictures of the site; a link to another file is only its text."""
    own_folder = posixpath.dirname(places[document])

    def moved(link: re.Match[str]) -> str:
        mark, label, target, part = link.groups()
        if "://" in target:
            return link.group(0)
        found = posixpath.normpath(posixpath.join(posixpath.dirname(document), target))
        if mark:
            place = posixpath.relpath(found.removeprefix("docs/"), own_folder or ".")
            return f"![{label}]({place})"
        found = found if found in places else posixpath.join(found, "README.md")
        if found not in places:
            return str(label)
        place = posixpath.relpath(places[found], own_folder or ".")
        return f"[{label}]({place}{part or ''})"

    return LINK.sub(moved, text)


def mart_parts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give, for each mart and fact, what its page gets: its lineage and its columns."""
    nodes = manifest["nodes"]
    served = {
        name: node
        for name, node in nodes.items()
        if node["resource_type"] == "model"
        and node["fqn"][1] in SERVED
        and "steps" not in node["fqn"]
    }
    # Pages lie side by side, each in a file of its name.
    pages = {node["name"]: f"{node['name']}.html" for node in served.values()}
    return {
        node["name"]: _part(node, _neighbours(manifest, name), pages)
        for name, node in served.items()
    }


def _neighbours(manifest: Mapping[str, Any], name: str) -> tuple[list[str], list[str]]:
    """Give the models, sources and seeds above a model, and the models and exposures below."""
    above = manifest["parent_map"][name]
    below = [child for child in manifest["child_map"][name] if child.split(".")[0] != "test"]
    shown = ("model", "exposure", "semantic_model")
    return (
        sorted(_name(parent) for parent in above),
        sorted(_name(child) for child in below if child.split(".")[0] in shown),
    )


def _name(unique_id: str) -> str:
    return ".".join(unique_id.split(".")[2:])


def _part(
    node: Mapping[str, Any], neighbours: tuple[list[str], list[str]], pages: Mapping[str, str]
) -> str:
    rows = "".join(
        f"| `{column['name']}` | {column.get('data_type') or ''} |"
        f" {' '.join((column['description'] or '').split()).replace('|', '&#124;')} |\n"
        for column in node["columns"].values()
    )
    picture = draw(node["name"], *neighbours, pages)
    return (
        f'\n## Lineage\n\n<div class="lineage">{picture}</div>\n'
        f"\n## Columns\n\n| column | type | meaning |\n| -- | -- | -- |\n{rows}"
    )
