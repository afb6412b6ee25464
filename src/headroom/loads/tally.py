"""What a load did: counted while logs are read, shown when all is landed."""

from collections import Counter
from dataclasses import dataclass, field

from headroom.errors import InputRejectedError
from headroom.landed.landing import Landed
from headroom.printable import printable

MAX_SHOWN = 20


@dataclass
class Tally:
    """Counts of a load, and the first places at which something could not be loaded."""

    sources: int = 0
    # The one that is being read, for what is rejected of it.
    source: str = ""
    lines: int = 0
    parsed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    # Loaded as it is, though it is odd.
    doubted: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    landed: list[Landed] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing was rejected and every source was read to its end."""
        return not self.rejected and not self.unreadable

    def places(self) -> str:
        """Name each place at which something was not read, one a line."""
        return "\n".join(map(printable, [*self.unreadable, *self.shown]))

    def require_clean(self) -> None:
        """Raise InputRejectedError, before anything is landed, where anything was rejected."""
        if not self.is_clean:
            raise InputRejectedError(
                f"{sum(self.rejected.values()) + len(self.unreadable)} pieces were rejected, "
                "so nothing was loaded",
                self.places(),
            )

    def reject(self, reason: str, where: str) -> None:
        """Count a reject, and remember the first places."""
        self.rejected[reason] += 1
        if len(self.shown) < MAX_SHOWN:
            self.shown.append(f"{where}: {reason}")
