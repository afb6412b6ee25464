"""The gate: the structure of the raw tables, as the engine's catalogue tells it."""

from typing import Any

from headroom.quality import passed
from headroom.quality.contract import COLUMNS
from headroom.quality.elsewhere import remedies
from headroom.quality.result import GateFinding, GateRefusedError, GateResult
from headroom.quality.shape import Shape, is_readable, read_shape, shape_values
from headroom.quality.silence import quiet
from headroom.settings import Settings


def check_source(settings: Settings) -> GateResult:
    """Check the structure of `task` and `task_def`; no row is read and no connection stays open.

    What rows have to be, the pull judges in the snapshot that it uses. Raises
    WarehouseUnavailableError where the database cannot be opened or read.
    """
    return _check(settings, read_shape(settings))


def require_new_structure(settings: Settings) -> GateResult | None:
    """Check the raw tables, unless their structure is the one that passed last: then give None.

    Raises GateRefusedError where dbt must not run.
    """
    shape = read_shape(settings)
    structure = passed.digest(settings, shape)
    if passed.has_passed(settings, structure):
        return None
    result = _check(settings, shape)
    if not result.passed:
        raise GateRefusedError(result)
    passed.remember(settings, structure)
    return result


def _check(settings: Settings, shape: Shape) -> GateResult:
    with quiet():
        return GateResult(tuple(_shape_findings(settings, shape)))


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


def _finding(result: Any, found: str) -> GateFinding:
    meta = result.expectation_config.meta
    return GateFinding(
        table=meta["table"],
        column=meta["column"],
        expectation=meta["expectation"],
        expected=meta["expected"],
        found=found,
        success=bool(result.success),
        remedy=meta["remedy"],
    )
