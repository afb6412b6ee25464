"""What the documents show of the demo: notebooks with their outputs, README's picture and outputs.

    make pictures

makes the reference fleet and the sample logs in a folder that is thrown away, executes every
notebook on them, and writes what README shows. Tests compare what is saved with what the demo
gives.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from headroom.settings import PROJECT_DIR
from tests.support.demo import loads
from tests.support.readme_outputs import with_outputs

NOTEBOOKS = sorted(
    path
    for path in (PROJECT_DIR / "analyses").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
README = PROJECT_DIR / "README.md"
PICTURE = PROJECT_DIR / "docs" / "pictures" / "elevated_runs.svg"
# The notebook whose first chart README begins with.
SHOWN = PROJECT_DIR / "analyses" / "flotilla" / "memory_and_the_fix.ipynb"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path: Path) -> NotebookNode:
    """Run a notebook in its own folder; give it with its outputs and nothing about the machine."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, record_timing=False, resources=resources).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


@contextmanager
def demo() -> Iterator[None]:
    """Let this process and its children read a fresh demo on DuckDB as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HEADROOM_TARGET": "duckdb",
            "HEADROOM_DUCKDB_PATH": f"{folder}/headroom.duckdb",
            "DBT_TARGET_PATH": f"{folder}/target",
            "DBT_LOG_PATH": f"{folder}/logs",
        }
        for words in (["fleet"], *loads(), ["build"]):
            headroom(words)
        yield


def first_picture(notebook: NotebookNode) -> str:
    """Give the first chart that a notebook shows, as SVG."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return next(str(o.data["image/svg+xml"]) for o in outputs if "image/svg+xml" in o.data)


def headroom(words: Sequence[str]) -> str:
    """Run a command line on the demo; give what it prints."""
    command = [sys.executable, "-m", "headroom.cli", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def write() -> None:
    with demo():
        for path in NOTEBOOKS:
            nbformat.write(execute(path), path)
        readme = README.read_text(encoding="utf-8")
        README.write_text(with_outputs(readme, headroom), encoding="utf-8")
    shown = first_picture(nbformat.read(SHOWN, as_version=4))
    PICTURE.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    write()
