"""Build the site into target/docs/site: open its index.html, offline.

python -m docs_site ZENSICAL
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from docs_site.pages import mart_parts, site_places, with_links
from headroom.dbt import run_dbt
from headroom.settings import DEFAULT_SOURCE_SCHEMA, PROJECT_DIR, Settings

TARGET = PROJECT_DIR / "target" / "docs"
PAGES, DBT, SITE = TARGET / "pages", TARGET / "dbt", TARGET / "site"
OWN = Path(__file__).parent
# What Zensical would fetch so that search works without a server; here a copy of it.
FETCHED, KEPT = "https://unpkg.com/iframe-worker/shim", "scripts/iframe-worker.js"


def dbt(*arguments: str) -> None:
    """Run dbt without a warehouse; what it says of an error ends the build of the site."""
    settings = Settings("duckdb", DBT / "none.duckdb", DEFAULT_SOURCE_SCHEMA)
    run = run_dbt(settings, [*arguments, "--target-path", str(DBT)])
    if run.returncode:
        sys.exit("\n".join(run.messages))


def write_pages(folder: Path, manifest: dict[str, Any]) -> None:
    """Write what Zensical reads: each document in its place, marts with lineage and columns."""
    places, parts = site_places(), mart_parts(manifest)
    shutil.rmtree(folder, ignore_errors=True)
    for document, place in places.items():
        text = with_links((PROJECT_DIR / document).read_text(encoding="utf-8"), document, places)
        page = folder / place
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text + parts.get(page.stem, ""), encoding="utf-8")
    for name in ("styles", "scripts"):
        shutil.copytree(OWN / name, folder / name)
    shutil.copytree(PROJECT_DIR / "docs" / "pictures", folder / "pictures")


def keep_offline(site: Path) -> None:
    """Let every page take the script from the site itself."""
    for page in site.rglob("*.html"):
        kept = "../" * (len(page.relative_to(site).parts) - 1) + KEPT
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(FETCHED, kept), encoding="utf-8")


def main(zensical: str) -> None:
    """Let dbt say what there is, write the pages, and let Zensical make the site of them."""
    dbt("parse")
    dbt("docs", "generate", "--static", "--empty-catalog", "--no-compile")
    write_pages(PAGES, json.loads((DBT / "manifest.json").read_text(encoding="utf-8")))
    (PAGES / "dbt").mkdir()
    shutil.copy(DBT / "static_index.html", PAGES / "dbt" / "index.html")
    configuration = shutil.copy(OWN / "zensical.toml", TARGET)
    command = [zensical, "build", "--strict", "--clean", "--config-file", configuration]
    subprocess.run(command, check=True)
    keep_offline(SITE)
    print(f"The site: {SITE / 'index.html'}")


if __name__ == "__main__":
    main(sys.argv[1])
