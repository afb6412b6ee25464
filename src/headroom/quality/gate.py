"""The gate: first the shape of the raw tables, then the rows of what has the right shape."""

from datetime import UTC, datetime
from typing import Any

from headroom.quality.contract import COLUMNS, KEYS, Family, limited_columns
from headroom.quality.elsewhere import remedies
from headroom.quality.result import GateFinding, GateRefusedError, GateResult
from headroom.quality.shape import Shape, is_readable, read_shape, shape_values
from headroom.quality.silence import quiet
from headroom.settings import Settings

ROW_CHECK_COLUMNS = {"task": (KEYS["task"], "queued_at", "memory"), "task_def": (KEYS["task_def"],)}


def check_source(settings: Settings, now: datetime | None = None) -> GateResult:
    """Check the raw tables `task` and `task_def`; nothing is written and no connection stays open.

    `now` is the clock that `queued_at` is held against, the present when left out. Raises
    WarehouseUnavailableError where the database cannot be opened or read.
    """
    shape = read_shape(settings)
    with quiet():
        findings = _shape_findings(settings, shape)
        sound = {(finding.table, finding.column) for finding in findings if finding.success}
        for table, wanted in ROW_CHECK_COLUMNS.items():
            limited = limited_columns(table, shape.get(table, {}))
            columns = [
                column for column in dict.fromkeys([*wanted, *limited]) if (table, column) in sound
            ]
            if columns:
                findings += _row_findings(
                    settings, table, columns, limited, now or datetime.now(UTC)
                )
    return GateResult(tuple(findings))


def require_source(settings: Settings, now: datetime | None = None) -> GateResult:
    """Check the raw tables and raise GateRefusedError where dbt must not run."""
    result = check_source(settings, now)
    if not result.passed:
        raise GateRefusedError(result)
    return result


def _shape_findings(settings: Settings, shape: Shape) -> list[GateFinding]:
    # Great Expectations takes 2.5 seconds to import: here, so that a command's help, or a database
    # that is locked or missing, does not wait for it.
    from headroom.quality.suites import shape_suite  # noqa: PLC0415
    from headroom.quality.validation import validate_values  # noqa: PLC0415

    values = shape_values(shape)
    # A table that is there needs no remedy, and no look at the other schemas.
    known = {} if all(is_readable(shape, table) for table in COLUMNS) else remedies(settings)
    results = validate_values(values, shape_suite(settings, shape, known))
    return [
        _finding(result, found=values[result.expectation_config.kwargs["column"]])
        for result in results
    ]


def _row_findings(
    settings: Settings, table: str, columns: list[str], limited: dict[str, Family], now: datetime
) -> list[GateFinding]:
    from headroom.quality.suites import rows_suite  # noqa: PLC0415
    from headroom.quality.validation import validate_table  # noqa: PLC0415

    known = {column: family for column, family in limited.items() if column in columns}
    results = validate_table(settings, table, columns, rows_suite(table, columns, known, now))
    return [finding for result in results for finding in _row_finding(result)]


def _row_finding(result: Any) -> list[GateFinding]:
    """Give the finding of an expectation about rows, or one for each of its columns."""
    counted = result.result["details"]
    meta = result.expectation_config.meta
    if "findings" in meta:
        return [_fit_finding(name, inner, counted) for name, inner in meta["findings"].items()]
    found = meta["found"].format(**counted)
    rows = counted["failing_rows"]
    return [_finding(result, found if rows else "none", rows)]


def _fit_finding(name: str, meta: dict[str, str], counted: dict[str, Any]) -> GateFinding:
    rows, example = counted[f"{name}_rows"], counted[f"{name}_example"]
    found = f"rows with another value: {rows}" + (f" (such as {example})" if example else "")
    return GateFinding(**meta, found=found if rows else "none", failing_rows=rows, success=not rows)


def _finding(result: Any, found: str, failing_rows: int | None = None) -> GateFinding:
    meta = result.expectation_config.meta
    return GateFinding(
        table=meta["table"],
        column=meta["column"],
        expectation=meta["expectation"],
        expected=meta["expected"],
        found=found,
        failing_rows=failing_rows,
        success=bool(result.success),
        remedy=meta["remedy"],
    )
