"""sqlfluff as `make lint` runs it: the same rules, for less.

python -m tests.support.lint_sql lint models
"""

import gc
import os
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from sqlfluff.cli.commands import cli
from sqlfluff.core import FluffConfig
from sqlfluff.core.errors import SQLFluffUserError
from sqlfluff.core.parser import BaseSegment
from sqlfluff.core.plugin import hookimpl
from sqlfluff.core.plugin.host import get_plugin_manager
from sqlfluff.utils.reflow.sequence import ReflowSequence
from sqlfluff_templater_dbt.templater import DbtTemplater, handle_dbt_errors

from headroom.settings import DEFAULT_SOURCE_SCHEMA, PROJECT_DIR, Settings
from tests.support.parse import manifest_for
from tests.support.quick_dbt import make_dbt_quick

PLACE = PROJECT_DIR / "target" / "lint" / "headroom.duckdb"


class SharedParseTemplater(DbtTemplater):
    """dbt's templater with the parse that tests share."""

    @cached_property
    @handle_dbt_errors(SQLFluffUserError, "dbt cannot parse the project. ")
    def dbt_manifest(self) -> Manifest | None:
        """Give the project as the tests parse it."""
        return manifest_for(os.environ)


@hookimpl(trylast=True)
def get_templaters() -> list[type[DbtTemplater]]:
    """Take the place of dbt's templater: of two with one name sqlfluff takes the last."""
    return [SharedParseTemplater]


def once_for_a_tree(make: Callable[..., ReflowSequence]) -> Callable[..., ReflowSequence]:
    """Keep what was made of the last tree: four rules of layout ask for it, one after the other."""
    last: list[Any] = [None, None]

    def kept(root_segment: BaseSegment, config: FluffConfig) -> ReflowSequence:
        if last[0] is not root_segment:
            last[:] = root_segment, make(root_segment, config)
        return last[1]

    return kept


def main() -> None:
    """Run sqlfluff's command line."""
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    os.environ.update(Settings("duckdb", PLACE, DEFAULT_SOURCE_SCHEMA).environment())
    # sqlfluff makes many objects that live until a file is done: a collection finds nothing.
    gc.set_threshold(200_000, 50, 1000)
    ReflowSequence.from_root = once_for_a_tree(ReflowSequence.from_root)
    make_dbt_quick()
    get_plugin_manager().register(sys.modules[__name__])
    cli(prog_name="lint_sql")


if __name__ == "__main__":
    main()
