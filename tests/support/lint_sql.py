"""sqlfluff as `make lint` runs it: the same rules, at a quarter of the cost.

    python -m tests.support.lint_sql lint models

More than half of the compiled SQL is written by macros. sqlfluff parses all of it, lets every rule
look at it, and reports nothing there: here it gets a short query in place of each of theirs.
"""

import gc
import os
import re
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
from sqlfluff.core.templaters.base import TemplatedFile, TemplatedFileSlice
from sqlfluff.utils.reflow.sequence import ReflowSequence
from sqlfluff_templater_dbt.templater import DbtTemplater, handle_dbt_errors

from headroom.settings import DEFAULT_SOURCE_SCHEMA, PROJECT_DIR, Settings
from tests.support.parse import manifest_for

PLACE = PROJECT_DIR / "target" / "lint" / "headroom.duckdb"
QUERY = "select * from written_by_a_macro"
WHOLE_QUERY = re.compile(r"\s*select\b")
SUBQUERY = re.compile(r"\(\s*(?:select|with)\b")
# What stands in a text, a name or a comment does not count as a bracket.
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|--[^\n]*|[()]")


class ShortTemplater(DbtTemplater):
    """dbt's templater with the parse that tests share, and with short queries of macros."""

    @cached_property
    @handle_dbt_errors(SQLFluffUserError, "dbt cannot parse the project. ")
    def dbt_manifest(self) -> Manifest | None:
        """Give the project as the tests parse it."""
        return manifest_for(os.environ)

    def process(self, **arguments: Any) -> tuple[TemplatedFile, list[Any]]:
        """Compile a file with dbt, then shorten what macros wrote; raises what dbt's does."""
        file, errors = super().process(**arguments)
        return shortened_file(file), errors


@hookimpl(trylast=True)
def get_templaters() -> list[type[DbtTemplater]]:
    """Take the place of dbt's templater: of two with one name sqlfluff takes the last."""
    return [ShortTemplater]


def shortened_file(file: TemplatedFile) -> TemplatedFile:
    """Give a compiled file in which only what macros wrote is shorter."""
    compiled, slices = "", []
    for kind, source, place in file.sliced_file:
        text = file.templated_str[place]
        start = len(compiled)
        compiled += shortened(text) if kind == "templated" else text
        slices.append(TemplatedFileSlice(kind, source, slice(start, len(compiled))))
    return TemplatedFile(file.source_str, file.fname, compiled, slices, file.raw_sliced)


def shortened(sql: str) -> str:
    """Put a short query in place of each outermost one; one without its last bracket stays."""
    if WHOLE_QUERY.match(sql):
        return QUERY
    kept, end = [], 0
    while (found := SUBQUERY.search(sql, end)) and (stop := _end_of_bracket(sql, found.start())):
        kept.append(sql[end : found.start()])
        end = stop
    return f"({QUERY})".join([*kept, sql[end:]])


def _end_of_bracket(sql: str, start: int) -> int | None:
    depth = 0
    for token in TOKEN.finditer(sql, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None


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
    get_plugin_manager().register(sys.modules[__name__])
    cli(prog_name="lint_sql")


if __name__ == "__main__":
    main()
