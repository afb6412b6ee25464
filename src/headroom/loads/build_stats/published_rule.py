"""The published rule, for the summary of a load. The marts compute the same; a test compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import cache
from itertools import pairwise

from headroom.seeds import read_seed

HUNDREDTH = Decimal("0.01")
Values = Sequence[Decimal | None]


@cache
def thresholds() -> dict[str, Decimal]:
    """Read the seed `thresholds`."""
    return {row["threshold"]: Decimal(row["threshold_value"]) for row in read_seed("thresholds")}


@dataclass(frozen=True)
class Anomalies:
    """How many spikes and troughs a build has by the published rule."""

    spikes: int
    troughs: int


def count_anomalies(cpu: Values, memory: Values) -> Anomalies:
    """Count over samples in order; one without a value is not an anomaly, nor is the next."""
    limits = thresholds()
    spikes = troughs = 0
    for values, spike_pct, spike_by in (
        (cpu, limits["cpu_spike_pct"], None),
        (memory, limits["memory_spike_pct"], limits["memory_spike_gb"]),
    ):
        for previous, value in pairwise(values):
            if previous is None or value is None:
                continue
            change = value - previous
            # Percent change x previous, so that nothing is divided; 0 where the previous is 0.
            scaled = change * 100 if previous > 0 else Decimal(0)
            spikes += scaled > spike_pct * previous or (spike_by is not None and change > spike_by)
            troughs += scaled < -limits["trough_pct"] * previous
    return Anomalies(spikes, troughs)


def score(values: Values) -> Decimal:
    """Give clamp(1 - CV, 0, 1) over positive values, to two digits, half away from zero."""
    positive = [value for value in values if value is not None and value > 0]
    count = len(positive)
    if count < 2:
        return Decimal("0.00")
    with localcontext(prec=80):
        total = sum(positive, Decimal(0))
        squares = sum((value * value for value in positive), Decimal(0))
        cv = (count * (count * squares - total * total) / (count - 1)).sqrt() / total
        # 1 - CV rounds half up exactly where CV rounds half down.
        rounded = (cv * 100 - Decimal("0.5")).to_integral_value(ROUND_CEILING)
        return max(Decimal(0), min(Decimal(1), 1 - rounded / 100)).quantize(HUNDREDTH)


def overall(cpu: Values, memory: Values) -> Decimal:
    """Give the mean of both rounded scores, rounded."""
    total = score(cpu) + score(memory)
    return (total * 50 + Decimal("0.5")).to_integral_value(ROUND_FLOOR).scaleb(-2)
