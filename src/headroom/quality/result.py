"""What the gate found, in a form that a table or a message can be made of."""

from dataclasses import dataclass

from headroom.errors import SourceRejectedError


@dataclass(frozen=True)
class GateFinding:
    """One expectation and what the source holds.

    `column` is empty where it is about the table itself. `remedy` says what to do where it fails.
    """

    table: str
    column: str
    expectation: str
    expected: str
    found: str
    success: bool
    remedy: str = ""

    @property
    def subject(self) -> str:
        """Name the column with its table, or the table alone."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass(frozen=True)
class GateResult:
    """Every expectation that was checked."""

    findings: tuple[GateFinding, ...]

    @property
    def failed(self) -> tuple[GateFinding, ...]:
        """Give the findings that refuse the load."""
        return tuple(finding for finding in self.findings if not finding.success)

    @property
    def passed(self) -> bool:
        """Tell whether dbt may run."""
        return not self.failed


class GateRefusedError(SourceRejectedError):
    """The gate refused the raw tables; `result` holds every finding."""

    def __init__(self, result: GateResult) -> None:
        """Say the first failure in full and how many others there are."""
        first, *others = result.failed
        message = (
            f"{first.subject}: {first.expectation}; expected {first.expected}, found {first.found}"
        )
        if others:
            message += f" (and {len(others)} more of {len(result.findings)} checks failed)"
        super().__init__(message, first.remedy)
        self.result = result
