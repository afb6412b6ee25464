"""The project's macros in a query of a test's own, compiled for the engine that it runs on."""

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters

from headroom.settings import PROJECT_DIR
from tests.support.project import Project


def compiled_inline(project: Project, text: str) -> str:
    """Give the SQL that dbt makes of a text with macros."""
    folder = project.environment()["DBT_TARGET_PATH"]
    common = ["--project-dir", str(PROJECT_DIR), "--target-path", folder, "--log-path", folder]
    with project.in_environment():
        outcome = project.runner.invoke(["compile", "--inline", text, "--quiet", *common])
        reset_adapters()
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception:
        raise outcome.exception
    return str(outcome.result.results[0].node.compiled_code)
