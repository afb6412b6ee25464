"""The gate: first the shape of the raw tables, then the rows of what has the right shape."""

from datetime import UTC, datetime
from typing import Any

from headroom.quality.contract import KEYS
from headroom.quality.result import GateFinding, GateRefusedError, GateResult
from headroom.quality.shape import Shape, read_shape, shape_values
from headroom.quality.silence import quiet
from headroom.settings import Settings

ROW_CHECK_COLUMNS = {"task": (KEYS["task"], "queued_at"), "task_def": (KEYS["task_def"],)}


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
            columns = [column for column in wanted if (table, column) in sound]
            if columns:
                findings += _row_findings(settings, table, columns, now or datetime.now(UTC))
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
    results = validate_values(values, shape_suite(settings, shape))
    return [
        _finding(result, found=values[result.expectation_config.kwargs["column"]])
        for result in results
    ]


def _row_findings(
    settings: Settings, table: str, columns: list[str], now: datetime
) -> list[GateFinding]:
    from headroom.quality.suites import rows_suite  # noqa: PLC0415
    from headroom.quality.validation import validate_table  # noqa: PLC0415

    results = validate_table(settings, table, columns, rows_suite(table, columns, now))
    return [_row_finding(result) for result in results]


def _row_finding(result: Any) -> GateFinding:
    counted = result.result["details"]
    found = result.expectation_config.meta["found"].format(**counted)
    return _finding(result, found if counted["failing_rows"] else "none", counted["failing_rows"])


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
