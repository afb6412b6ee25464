"""The SQL of landing stands once, in macros/landing: here it is rendered without dbt.

These macros take what a seed's YAML says, and nothing of dbt's context, so that `headroom load` and
`dbt seed` merge by the same statements and mark the same parts (docs/decisions/0038).
"""

from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined

from headroom.settings import PROJECT_DIR

MACROS = PROJECT_DIR / "macros" / "landing"


def landing_sql(macro: str, *arguments: Any) -> str:
    """Give the SQL that a macro of macros/landing writes."""
    return str(getattr(_macros(), macro)(*arguments)).strip()


@cache
def _macros() -> Any:
    environment = Environment(  # noqa: S701 - it writes SQL, not HTML
        extensions=["jinja2.ext.do"], undefined=StrictUndefined
    )
    files = sorted(MACROS.glob("*.sql"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return environment.from_string(text).module
