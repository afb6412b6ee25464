"""Layers run one way: staging, intermediate, facts, marts; who may read them; each table has a key.

A step stands in the folder of what it serves and belongs to the same layer.
"""

from collections.abc import Iterable

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, ModelNode

from headroom.settings import Settings
from tests.support.parse import FOLDER, manifest_for

LAYERS = ("staging", "intermediate", "facts", "marts")
STORED = ("table", "incremental")
KEY_TESTS = ("unique", "unique_grain")


def models(manifest: Manifest) -> list[ModelNode]:
    return [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]


def layer(model: ModelNode) -> int:
    return LAYERS.index(model.path.split("/")[0])


def is_step(model: ModelNode) -> bool:
    return "/steps/" in model.path


def backward_edges(found: Iterable[ModelNode]) -> set[str]:
    """Give each edge that runs from a later layer to an earlier one, as `parent -> child`."""
    by_id = {model.unique_id: model for model in found}
    return {
        f"{by_id[parent].name} -> {model.name}"
        for model in by_id.values()
        for parent in model.depends_on.nodes
        if parent in by_id and layer(by_id[parent]) > layer(model)
    }


def without_a_key_test(manifest: Manifest) -> set[str]:
    """Give the stored tables of which no test says that their key is one."""
    tested = {
        test.attached_node
        for test in manifest.nodes.values()
        if isinstance(test, GenericTestNode) and test.test_metadata.name in KEY_TESTS
    }
    return {
        model.name
        for model in models(manifest)
        if model.config.materialized in STORED and model.unique_id not in tested
    }


@pytest.fixture(name="manifest")
def fixture_manifest() -> Manifest:
    settings = Settings("duckdb", FOLDER / "headroom.duckdb", "flotilla")
    manifest = manifest_for(settings.environment())
    assert manifest
    return manifest


def test_no_edge_runs_back(manifest: Manifest) -> None:
    assert backward_edges(models(manifest)) == set()


def test_an_edge_that_runs_back_is_found(manifest: Manifest) -> None:
    by_name = {model.name: model for model in models(manifest)}
    fact, step = by_name["flotilla__runs"], by_name["int_flotilla__runs_attributed"]
    step.depends_on.nodes.append(fact.unique_id)
    assert backward_edges([fact, step]) == {"flotilla__runs -> int_flotilla__runs_attributed"}


def test_facts_and_marts_are_public_and_nothing_else(manifest: Manifest) -> None:
    public = {model.name for model in models(manifest) if model.access == "public"}
    assert public == {
        model.name
        for model in models(manifest)
        if LAYERS[layer(model)] in ("facts", "marts") and not is_step(model)
    }


def test_every_stored_table_has_a_test_of_its_key(manifest: Manifest) -> None:
    assert without_a_key_test(manifest) == set()


def test_a_table_without_a_test_of_its_key_is_found(manifest: Manifest) -> None:
    for name in [name for name in manifest.nodes if name.startswith("test.")]:
        del manifest.nodes[name]
    assert "flotilla__runs" in without_a_key_test(manifest)
