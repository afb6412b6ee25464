"""The gate's findings as a table for a terminal."""

from rich import box
from rich.table import Table

from headroom.quality.result import GateResult
from headroom.terminal import plain


def findings_table(result: GateResult) -> Table:
    """Lay out the failed checks: the place, the expected and the found value."""
    table = Table(title="What the gate refused", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("where", "expectation", "expected", "found"):
        table.add_column(heading, overflow="fold")
    for finding in result.failed:
        cells = (finding.subject, finding.expectation, finding.expected, finding.found)
        table.add_row(*(plain(cell) for cell in cells))
    return table
