"""What the documents show of the demo: the notebooks with their outputs, and README's picture.

    make pictures

makes the reference fleet and the sample logs in a folder that is thrown away, executes every
notebook there, and saves it. Tests compare what is saved with what the demo gives.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from headroom.settings import PROJECT_DIR
from tests.support.demo import loads

NOTEBOOKS = sorted(
    path
    for path in (PROJECT_DIR / "analyses").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
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
            subprocess.run([sys.executable, "-m", "headroom.cli", *words], check=True)
        yield


def write() -> None:
    with demo():
        for path in NOTEBOOKS:
            nbformat.write(execute(path), path)


if __name__ == "__main__":
    write()
