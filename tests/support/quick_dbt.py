"""dbt in tests, without what it does again for every node and gives the same each time.

Nothing here changes what dbt renders, runs or says. What is replaced belongs to the version of dbt
in the lock file; `make test-next` runs the project's dbt as it is.
"""

import re
from collections.abc import Iterator
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import local
from types import CodeType
from typing import Any

from dbt import compilation
from dbt.artifacts.resources import InjectedCTE
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.base import BaseContext
from dbt.context.macro_resolver import TestMacroNamespace
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.contracts.graph.manifest import Manifest
from dbt.graph.selector_methods import PathSelectorMethod, get_project_root
from dbt.task.base import BaseRunner
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.tests import enable_test_caching

LEADING_WITH = re.compile(r"(\s|--[^\n]*\n)*with\s+(recursive\s+)?", re.IGNORECASE)


@cache
def make_dbt_quick() -> None:
    """Replace these parts of dbt in this process, once."""
    # dbt looks through every module of the process to say who asks for a flag: a second each time.
    BehaviorFlagRendered._default_source = lambda _: "tests"
    _make_no_debug_events()
    _make_macros_quickly()
    _forget_contexts_at_once()
    _compile_templates_once()
    _put_ephemeral_models_in_quickly()
    _select_paths_quickly()
    _look_at_the_graph_once()
    # What dbt keeps for its own tests: modules that are plugins, texts that it took apart.
    enable_test_caching()


def _make_no_debug_events() -> None:
    """Leave out the events that dbt writes into its debug log alone, some fifty a node.

    Making their messages and the log took a third of a build. Now an event keeps what it was made
    of, and makes its message when somebody asks it for something.
    """
    make, fire = BaseEvent.__init__, EventManager.fire_event

    def keep(event: BaseEvent, *args: Any, **kwargs: Any) -> None:
        vars(event)["made_of"] = args, kwargs

    def message(event: BaseEvent) -> Any:
        args, kwargs = vars(event)["made_of"]
        make(event, *args, **kwargs)
        return vars(event)["pb_msg"]

    def fire_above_debug(
        manager: EventManager,
        event: BaseEvent,
        level: EventLevel | None = None,
        *rest: Any,
        **how: Any,
    ) -> None:
        if (level or event.level_tag()) != EventLevel.DEBUG:
            fire(manager, event, level, *rest, **how)

    BaseEvent.__init__ = keep
    BaseEvent.pb_msg = cached_property(message)
    BaseEvent.pb_msg.__set_name__(BaseEvent, "pb_msg")
    EventManager.fire_event = fire_above_debug


def _make_macros_quickly() -> None:
    """Make the hundreds of macros of a context, of which a node has three, without detours."""

    def keep(
        made: MacroGenerator, macro: Any, context: Any = None, node: Any = None, stack: Any = None
    ) -> None:
        made.macro = macro
        made.context = context
        made.node = node
        made.stack = stack

    @wraps(MacroNamespaceBuilder.build_namespace)
    def build_namespace(
        builder: MacroNamespaceBuilder, by_package: dict[str, dict[str, Any]], context: Any
    ) -> MacroNamespace:
        node, stack = builder.node, builder.thread_ctx
        made = {
            package: {
                name: MacroGenerator(macro, context, node, stack) for name, macro in macros.items()
            }
            for package, macros in by_package.items()
        }
        dbts_own: dict[str, MacroGenerator] = {}
        # The first of dbt's and its adapters' packages wins, so it is written last.
        for package in reversed(builder.internal_package_names_order):
            dbts_own.update(made.pop(package, {}))
        return MacroNamespace(
            global_namespace=made.get(builder.root_package, {}),
            local_namespace=made.get(builder.search_package, {}),
            global_project_namespace=dbts_own,
            packages=made,
        )

    def to_dict(context: ManifestContext) -> dict[str, Any]:
        names: dict[str, Any] = BaseContext.to_dict(context)
        namespace = context.namespace
        if isinstance(namespace, TestMacroNamespace):
            names.update(namespace.local_namespace)
            names.update(namespace.project_namespace)
        else:
            # What is searched first is written last.
            for macros in reversed(list(namespace._search_order())):
                names.update(macros)
        return names

    MacroGenerator.__init__ = keep
    MacroNamespaceBuilder.build_namespace = build_namespace
    ManifestContext.to_dict = to_dict


def _forget_contexts_at_once() -> None:
    """Empty the contexts of a node when it is done.

    A context and its macros hold each other, so only the collection of garbage would find them, in
    a tenth of a build's time.
    """
    made = local()
    to_dict, run_with_hooks = ManifestContext.to_dict, BaseRunner.run_with_hooks

    def keep(context: ManifestContext) -> dict[str, Any]:
        names: dict[str, Any] = to_dict(context)
        # Also made where no node runs: while the project is parsed, and for hooks.
        if hasattr(made, "contexts"):
            made.contexts.append(names)
        return names

    def run_and_forget(runner: BaseRunner, manifest: Manifest) -> Any:
        made.contexts = []
        try:
            return run_with_hooks(runner, manifest)
        finally:
            for names in vars(made).pop("contexts"):
                names.clear()

    ManifestContext.to_dict = keep
    BaseRunner.run_with_hooks = run_and_forget


def _compile_templates_once() -> None:
    """Keep the code of each template: the text of a model is the same in every build."""
    compile_template = MacroFuzzEnvironment.compile
    codes: dict[tuple[type, str], CodeType] = {}

    def compile_once(environment: MacroFuzzEnvironment, source: str) -> CodeType:
        key = type(environment), source
        if key not in codes:
            codes[key] = compile_template(environment, source)
        return codes[key]

    MacroFuzzEnvironment.compile = compile_once


def _put_ephemeral_models_in_quickly() -> None:
    """Put ephemeral models after a leading `with`: dbt takes the whole query apart to find it."""
    put_in = compilation.inject_ctes_into_sql

    @wraps(put_in)
    def put_in_quickly(sql: str, ctes: list[InjectedCTE]) -> str:
        leading = LEADING_WITH.match(sql)
        if not (ctes and leading):
            return str(put_in(sql, ctes))
        before, after = sql[: leading.end()], sql[leading.end() :]
        return f"{before}{', '.join(cte.sql for cte in ctes)}, {after}"

    compilation.inject_ctes_into_sql = put_in_quickly


def _select_paths_quickly() -> None:
    """Compare paths as text: dbt makes a path of each file and of all folders above it."""

    @wraps(PathSelectorMethod.search)
    def search(
        method: PathSelectorMethod, included_nodes: set[str], selector: str
    ) -> Iterator[str]:
        root = Path(get_project_root() or Path.cwd())
        paths = {path.relative_to(root).as_posix() for path in root.glob(selector)}
        folders = tuple(f"{path}/" for path in paths)
        for unique_id, node in method.all_nodes(included_nodes):
            described = str(getattr(node, "patch_path", None) or "").partition("://")[2]
            file = node.original_file_path
            if file in paths or described in paths or file.startswith(folders):
                yield unique_id

    PathSelectorMethod.search = search


def _look_at_the_graph_once() -> None:
    """Look for cycles in the first command alone, and sum nothing up: each has the same graph."""
    find_cycles = Linker.find_cycles
    found: list[str | None] = []

    def find_once(linker: Linker) -> str | None:
        if not found:
            found.append(find_cycles(linker))
        return found[0]

    Linker.find_cycles = find_once
    Linker.get_graph_summary = lambda *_: {}
