"""dbt in tests, without what it does again for every node and gives the same each time.

Nothing here changes what dbt renders, runs or says. What is replaced belongs to the version of dbt
in the lock file; `make test-next` runs the project's dbt as it is.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import local
from types import CodeType, SimpleNamespace
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
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.tests import enable_test_caching

ByPackage = dict[str, dict[str, Any]]
LEADING_WITH = re.compile(r"(\s|--[^\n]*\n)*with\s+(recursive\s+)?", re.IGNORECASE)


@cache
def make_dbt_quick() -> None:
    """Replace these parts of dbt in this process, once."""
    # dbt looks through every module of the process to say who asks for a flag: a second each time.
    BehaviorFlagRendered._default_source = lambda _: "tests"
    _make_no_debug_events()
    _use_macros_again()
    _make_types_once()
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


class SharedMacro(MacroGenerator):  # type: ignore[misc]
    """A macro of a context. What all macros of the context share stands in one place."""

    def __init__(self, macro: Any, shared: SimpleNamespace) -> None:
        self.macro = macro
        self.shared = shared

    context = property(lambda made: made.shared.context)
    node = property(lambda made: made.shared.node)
    stack = property(lambda made: made.shared.stack)


class Macros(MacroNamespace):  # type: ignore[misc]
    """The macros that one context after another uses, and by their names what a template finds."""

    def __init__(self, builder: MacroNamespaceBuilder, by_package: ByPackage) -> None:
        self.fits = _macros_asked_for(builder, by_package)
        # An id is another's as soon as nobody holds what it was of.
        self.by_package = by_package
        self.shared = SimpleNamespace()
        made = {
            package: {name: SharedMacro(macro, self.shared) for name, macro in macros.items()}
            for package, macros in by_package.items()
        }
        dbts_own: dict[str, SharedMacro] = {}
        # The first of dbt's and its adapters' packages wins, so it is written last.
        for package in reversed(builder.internal_package_names_order):
            dbts_own.update(made.pop(package, {}))
        super().__init__(
            global_namespace=made.get(builder.root_package, {}),
            local_namespace=made.get(builder.search_package, {}),
            global_project_namespace=dbts_own,
            packages=made,
        )
        self.names: dict[str, Any] = {}
        # What is searched first is written last.
        for macros in reversed(list(self._search_order())):
            self.names.update(macros)


def _macros_asked_for(builder: MacroNamespaceBuilder, by_package: ByPackage) -> tuple[Any, ...]:
    internal = builder.internal_package_names_order
    return id(by_package), builder.root_package, builder.search_package, *internal


def _use_macros_again() -> None:
    """Make the hundreds of macros of a context once: a node has three contexts and more.

    A context is emptied when its node is done. It and its macros hold each other, so only the
    collection of garbage would find them, in a tenth of a build's time.
    """
    of_thread = local()
    run_with_hooks = BaseRunner.run_with_hooks

    @wraps(MacroNamespaceBuilder.build_namespace)
    def build_namespace(
        builder: MacroNamespaceBuilder, by_package: ByPackage, context: Any
    ) -> Macros:
        free = vars(of_thread).get("free", {}).get(_macros_asked_for(builder, by_package))
        macros = free.pop() if free else Macros(builder, by_package)
        vars(macros.shared).update(context=context, node=builder.node, stack=builder.thread_ctx)
        return macros

    def to_dict(context: ManifestContext) -> dict[str, Any]:
        names: dict[str, Any] = BaseContext.to_dict(context)
        macros = context.namespace
        if isinstance(macros, TestMacroNamespace):
            names.update(macros.local_namespace)
            names.update(macros.project_namespace)
        else:
            names.update(macros.names)
            # Also made where no node runs: while the project is parsed, and for hooks.
            if hasattr(of_thread, "used"):
                of_thread.used.append((names, macros))
        return names

    def run_and_empty(runner: BaseRunner, manifest: Manifest) -> Any:
        of_thread.used = []
        try:
            return run_with_hooks(runner, manifest)
        finally:
            free = vars(of_thread).setdefault("free", {})
            for names, macros in vars(of_thread).pop("used"):
                names.clear()
                free.setdefault(macros.fits, []).append(macros)

    MacroNamespaceBuilder.build_namespace = build_namespace
    ManifestContext.to_dict = to_dict
    BaseRunner.run_with_hooks = run_and_empty


def _make_types_once() -> None:
    """Make the types that a column of a result can have once, not for each of the results."""
    build_once = cache(agate_helper.build_type_tester)

    @wraps(agate_helper.build_type_tester)
    def build(text_columns: Iterable[str], **others: Any) -> Any:
        return build_once(tuple(text_columns), **others)

    agate_helper.build_type_tester = build


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
