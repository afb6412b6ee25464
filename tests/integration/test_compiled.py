"""Models, not macro programs: most of what an engine gets is what people wrote and lint reads."""

from collections.abc import Iterable

from dbt.contracts.graph.nodes import CompiledNode

from tests.conftest import MakeProject

LIMIT = 3


def line_count(sql: str) -> int:
    return len(sql.strip().splitlines())


def grown(nodes: Iterable[CompiledNode]) -> set[str]:
    """Name what compiles to more than LIMIT times its lines, without the models put into it."""
    return {
        node.name
        for node in nodes
        if line_count(node._pre_injected_sql or node.compiled_code or "")
        > LIMIT * line_count(node.raw_code)
    }


def test_no_model_compiles_to_more_than_three_times_its_lines(make_project: MakeProject) -> None:
    with make_project("duckdb", "test") as project:
        nodes = project.compiled_nodes(
            *("--select", "resource_type:model", "resource_type:analysis"),
            *("--exclude", "resource_type:test"),
        )
    assert {node.name for node in nodes} > {"flotilla__runs", "impact_subject"}
    assert grown(nodes) == set()
    nodes[0].raw_code = ""
    assert nodes[0].name in grown(nodes)
