"""Lint says the same, whether the rules of layout share what they make of a file or not."""

import pytest
from sqlfluff.core import FluffConfig, Linter
from sqlfluff.utils.reflow.sequence import ReflowSequence

from headroom.settings import PROJECT_DIR
from tests.support.lint_sql import once_for_a_tree

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


def violations() -> set[tuple[str, int, int]]:
    config = FluffConfig.from_path(str(PROJECT_DIR), overrides={"templater": "jinja"})
    found = Linter(config).lint_string(FAULTY).get_violations()
    return {(fault.rule_code(), fault.line_no, fault.line_pos) for fault in found}


def test_shared_sequences_change_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = violations()
    monkeypatch.setattr(ReflowSequence, "from_root", once_for_a_tree(ReflowSequence.from_root))
    assert violations() == expected
    assert {rule for rule, *_ in expected} == {"AL02", "CP01", "LT01", "LT02", "LT03", "RF03"}
