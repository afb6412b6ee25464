"""Each rule of dbt-bouncer.yml was seen to find its fault."""

import shutil

import pytest
import yaml
from dbt.artifacts.resources.types import AccessType
from dbt.contracts.graph.manifest import Manifest

from headroom.settings import PROJECT_DIR
from tests.support.lint_models import RULES, findings, project_manifest

FACT, MART = "model.headroom.flotilla__runs", "model.headroom.flotilla__hash_key_frontier"
TABLE = "model.headroom.failures__nodes"
STAGING, STEP = "model.headroom.stg_flotilla__runs", "model.headroom.int_flotilla__runs_keyed"
INTERMEDIATE = "model.headroom.int_flotilla__runs_attributed"
SOURCE = "source.headroom.flotilla.task"


def rules() -> list[str]:
    """Name each rule with its place: `check_model_names:8`, as findings do."""
    written = yaml.safe_load((PROJECT_DIR / RULES).read_text(encoding="utf-8"))["manifest_checks"]
    return [f"{rule['name']}:{place}" for place, rule in enumerate(written)]


def break_layers(manifest: Manifest) -> None:
    manifest.nodes[STAGING].depends_on.nodes.append(STEP)
    manifest.nodes[INTERMEDIATE].depends_on.nodes.append(FACT)
    manifest.nodes[FACT].depends_on.nodes.append(MART)
    manifest.nodes[MART].depends_on.nodes.append(SOURCE)
    manifest.nodes[MART].raw_code = "select run_id from marts.flotilla__runs"
    manifest.nodes[TABLE].original_file_path = "models/elsewhere/failures__nodes.sql"


def break_names(manifest: Manifest) -> None:
    for name in (STAGING, STEP, MART):
        manifest.nodes[name].name = "runs"
    manifest.nodes[STEP].columns = {"Run": next(iter(manifest.nodes[FACT].columns.values()))}


def break_access(manifest: Manifest) -> None:
    manifest.nodes[MART].access = AccessType.Protected
    manifest.nodes[STEP].access = AccessType.Public


def break_keys(manifest: Manifest) -> None:
    for name in [name for name in manifest.nodes if name.startswith("test.")]:
        del manifest.nodes[name]
    for name in manifest.nodes:
        if name.startswith("snapshot."):
            manifest.nodes[name].config.unique_key = None


def break_descriptions(manifest: Manifest) -> None:
    for node in (*manifest.nodes.values(), *manifest.exposures.values()):
        node.description = ""
    for column in manifest.nodes[FACT].columns.values():
        column.description = ""
    manifest.nodes[FACT].patch_path = "headroom://models/facts/_models.yml"
    manifest.sources[SOURCE].description = manifest.sources[SOURCE].source_description = ""


def break_the_rest(manifest: Manifest) -> None:
    manifest.nodes[FACT].raw_code = "select 1\n" * 200
    manifest.sources[SOURCE].freshness = manifest.sources[SOURCE].config.freshness = None
    manifest.sources[SOURCE].identifier = "task_def"
    for exposure in manifest.exposures.values():
        exposure.depends_on.nodes = []


@pytest.fixture(scope="module", name="found")
def fixture_found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("spoiled")
    shutil.copy(PROJECT_DIR / RULES, folder)
    manifest = project_manifest()
    break_layers(manifest)
    break_names(manifest)
    break_access(manifest)
    break_keys(manifest)
    break_descriptions(manifest)
    break_the_rest(manifest)
    return {finding["check_run_id"].rpartition(":")[0] for finding in findings(manifest, folder)}


@pytest.mark.parametrize("rule", rules())
def test_a_rule_finds_its_fault(found: set[str], rule: str) -> None:
    assert rule in found
