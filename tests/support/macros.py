"""dbt macros without dbt: rendered in a millisecond, for tests of the SQL that they give."""

import re
from functools import partial
from typing import Any

import jinja2

from headroom.settings import PROJECT_DIR, Target


class _Returned(Exception):
    pass


class Macros:
    """The macros of some folders as functions; `adapter.dispatch` chooses those of an engine."""

    def __init__(self, engine: Target, *folders: str) -> None:
        """Read the macros of `macros/<folder>`."""
        self.engine = engine
        self._env = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
        self._env.globals |= {"return": self._return, "adapter": self}
        texts = [
            file.read_text(encoding="utf-8")
            for folder in folders
            for file in sorted((PROJECT_DIR / "macros" / folder).glob("*.sql"))
        ]
        self._macros: dict[str, Any] = {}
        # Known to each other by name before any is read: a module keeps the globals of its time.
        for name in re.findall(r"{%-? macro (\w+)\(", "".join(texts)):
            self._env.globals[name] = partial(self._call, name)
        for text in texts:
            self._macros |= vars(self._env.from_string(text).module)

    def __getattr__(self, name: str) -> Any:
        """Give a macro by its name."""
        return partial(self._call, name)

    def dispatch(self, name: str, package: str) -> Any:
        """Give the macro of the engine, else the default one."""
        assert package == "headroom"
        names = (f"{self.engine}__{name}", f"default__{name}")
        return next(partial(self._call, name) for name in names if name in self._macros)

    def _call(self, name: str, *values: Any) -> Any:
        try:
            return str(self._macros[name](*values)).strip()
        except _Returned as returned:
            return returned.args[0]

    @staticmethod
    def _return(value: Any) -> None:
        raise _Returned(value)
