"""Lint says the same of what people wrote, whether macros' queries are short or whole."""

from typing import Any

import pytest
from sqlfluff.core import FluffConfig, Linter
from sqlfluff.core.templaters.base import TemplatedFile
from sqlfluff.core.templaters.jinja import JinjaTemplater
from sqlfluff.utils.reflow.sequence import ReflowSequence

from headroom.settings import PROJECT_DIR
from tests.support.lint_sql import QUERY, once_for_a_tree, shortened, shortened_file

FAULTY = """\
{% macro threshold(name) %}(select  VALUE from limits where name = '{{ name }}'){% endmacro %}
{% macro shared() %}
    select  a, b, (select max(n)  from t) as n from shared
    UNION ALL select a, b, n from others
{% endmacro %}
with

shared as (

    {{ shared() }}

)

SELECT
    shared.a,
    max(b) worst_b,
   min(n) as  least_n
from shared
where
    n > {{ threshold('least') }} and
    n<{{ threshold('greatest') }}
group by shared.a
"""


class ShortTemplater(JinjaTemplater):
    def process(self, **arguments: Any) -> tuple[TemplatedFile, list[Any]]:
        file, errors = super().process(**arguments)
        return shortened_file(file), errors


def violations(templater: JinjaTemplater) -> set[tuple[str, int, int]]:
    config = FluffConfig.from_path(str(PROJECT_DIR), overrides={"templater": "jinja"})
    linter = Linter(config)
    linter.templater = templater
    found = linter.lint_string(FAULTY).get_violations()
    return {(fault.rule_code(), fault.line_no, fault.line_pos) for fault in found}


def test_faults_around_a_short_query_are_those_around_a_whole_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = violations(JinjaTemplater())
    monkeypatch.setattr(ReflowSequence, "from_root", once_for_a_tree(ReflowSequence.from_root))
    assert violations(ShortTemplater()) == expected
    assert {rule for rule, *_ in expected} == {"AL02", "CP01", "LT01", "LT02", "LT03", "RF03"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a from t where b in (1, 2)", QUERY),
        ("\n    select a from t", QUERY),
        ("(select max(a) from t)", f"({QUERY})"),
        ("a as (\n with b as (select 1) select 2), c", f"a as ({QUERY}), c"),
        ("(select ')' from t -- )\n) + (select 1) / 2", f"({QUERY}) + ({QUERY}) / 2"),
        ("coalesce(round(a, 2), 0)", "coalesce(round(a, 2), 0)"),
        ("in (select a from t where b = coalesce(", "in (select a from t where b = coalesce("),
    ],
)
def test_only_whole_queries_become_short(sql: str, expected: str) -> None:
    assert shortened(sql) == expected
