"""What tests replace in dbt gives what dbt gives."""

import agate
import pytest
from dbt import compilation
from dbt.artifacts.resources import InjectedCTE
from dbt.context.macros import MacroNamespaceBuilder
from dbt.contracts.graph.manifest import Manifest
from dbt.graph.selector_methods import PathSelectorMethod
from dbt_common.clients import agate_helper

from headroom.settings import Settings
from tests.support import parse

EPHEMERAL = [InjectedCTE("b", " b as (\nselect 2\n)"), InjectedCTE("c", " c as (\nselect 3\n)")]


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    settings = Settings("duckdb", parse.FOLDER / "headroom.duckdb", "flotilla")
    manifest = parse.manifest_for(settings.environment())
    assert manifest
    return manifest


@pytest.mark.parametrize(
    "sql",
    [
        "with a as (select 1) select * from a",
        "-- with a name; or without\n\n With\n -- one\n a as (select ';') select * from a",
        "with recursive a as (select 1) select * from a",
        "with recursively as (select 1) select * from recursively",
        "/* with care */ with a as (select 1) select * from a",
        "\n-- without\nselect * from (with a as (select 1) select * from a)",
        "select 1",
    ],
)
@pytest.mark.parametrize("ctes", [EPHEMERAL, EPHEMERAL[:1], []])
def test_ephemeral_models_are_put_in_where_dbt_does(sql: str, ctes: list[InjectedCTE]) -> None:
    quick = compilation.inject_ctes_into_sql
    assert quick(sql, ctes) == quick.__wrapped__(sql, ctes)


@pytest.mark.parametrize(
    "selector",
    [
        "models/*/builds",
        "models/marts/flotilla/flotilla__contaminations.sql",
        "models/marts/flotilla/flotilla__contaminations.yml",
        "seeds/landed",
        "models",
    ],
)
def test_a_path_selects_what_it_selects_in_dbt(manifest: Manifest, selector: str) -> None:
    method = PathSelectorMethod(manifest, None, [])
    nodes = set(manifest.nodes) | set(manifest.sources) | set(manifest.unit_tests)
    search = PathSelectorMethod.search
    assert set(search(method, nodes, selector)) == set(search.__wrapped__(method, nodes, selector))
    assert set(search(method, nodes, selector))


@pytest.mark.parametrize("package", ["headroom", "dbt_duckdb", "dbt"])
def test_a_context_has_the_macros_that_dbt_gives_it(manifest: Manifest, package: str) -> None:
    def names(build: object) -> dict[str, object]:
        builder = MacroNamespaceBuilder("headroom", package, None, ["dbt_duckdb", "dbt"])
        return flat(build(builder, manifest.get_macros_by_package(), {}))

    def flat(namespace: object) -> dict[str, object]:
        return {
            name: value.macro.unique_id if hasattr(value, "macro") else flat(value)
            for name, value in namespace.items()
        }

    build = MacroNamespaceBuilder.build_namespace
    assert names(build) == names(build.__wrapped__)


@pytest.mark.parametrize("how", [{}, {"string_null_values": ()}])
def test_columns_have_the_types_that_dbt_gives_them(how: dict[str, tuple[str, ...]]) -> None:
    build = agate_helper.build_type_tester
    names = ("text", "number", "day", "nothing")
    rows = [("1", "1", "2025-11-01", "null"), ("", "2.5", "2025-11-02", "")]
    quick, dbts_own = (
        agate.Table(rows, names, column_types=make(["text"], **how))
        for make in (build, build.__wrapped__)
    )
    assert [type(kind) for kind in quick.column_types] == [type(k) for k in dbts_own.column_types]
    assert [tuple(row) for row in quick.rows] == [tuple(row) for row in dbts_own.rows]
    assert build(["text"], **how) is build(["text"], **how)


def test_the_graph_that_commands_share_is_that_of_their_database() -> None:
    settings = Settings("postgres", parse.FOLDER / "headroom.duckdb", "flotilla")
    other = parse.DATABASE[::-1]
    place = {**settings.environment(), **parse.PLACE, "PGDATABASE": other}
    manifest = parse.manifest_for(place)
    assert manifest
    shared = manifest.flat_graph
    assert other in str(shared["nodes"]["model.headroom.flotilla__runs"])
    manifest.build_flat_graph()
    assert manifest.flat_graph == shared
