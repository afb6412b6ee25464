"""Series of build samples with a known event, or with none: anomaly rules are scored by them.

Each series is a build of one kind. `leak`, `step`, `burn` and `burst` hold one event; `idle` and
`noise` hold none. The other quantities of a build with an event are quiet or noisy, without an
event. The same seed gives the same series.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Values = NDArray[np.float64]
EVENTS = ("leak", "step", "burn", "burst")
QUIET = ("idle", "noise")
SECONDS = 60
# A rule that compares levels needs samples on both sides of an event.
MARGIN = 10
SHORTEST, LONGEST = 45, 80


@dataclass(frozen=True)
class Event:
    """What happens from a sample on: the metric that shows it, and up to where it is a find."""

    metric: str
    begin: int
    end: int


@dataclass
class Series:
    """A build: its kind, what each sample measures, and its event."""

    build_id: str
    kind: str
    cpu: Values
    memory: Values
    read: Values
    written: Values
    event: Event | None = None
    decimals: int = field(default=2)

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.cpu)

    def samples(self) -> Iterator[dict[str, float | int]]:
        """Give what a log holds: counters instead of what each sample added."""
        read, written = np.cumsum(self.read), np.cumsum(self.written)
        for place in range(len(self)):
            yield {
                "cpu": round(float(min(max(self.cpu[place], 0), 100)), self.decimals),
                "mem_used_gb": round(float(max(self.memory[place], 0)), self.decimals),
                "io_read_mb": round(float(read[place]), self.decimals),
                "io_write_mb": round(float(written[place]), self.decimals),
            }


def labelled(count: int, quiet_count: int, seed: int = 1) -> list[Series]:
    """Make `count` series of each kind of event, and `quiet_count` of each kind without one."""
    rng = np.random.default_rng(seed)
    made = [
        _series(rng, kind, f"{kind}-{place:04d}")
        for kind in (*EVENTS, *QUIET)
        for place in range(count if kind in EVENTS else quiet_count)
    ]
    return made


def _series(rng: Generator, kind: str, build_id: str) -> Series:
    length = int(rng.integers(SHORTEST, LONGEST + 1))
    is_idle = kind == "idle" or (kind != "noise" and rng.random() < 0.5)
    series = Series(
        build_id,
        kind,
        *(_idle(rng, length) if is_idle else _noisy(rng, length)),
        # The published example has whole numbers.
        decimals=int(rng.choice([0, 1, 2])),
    )
    if kind in EVENTS:
        series.event = MAKE[kind](rng, series)
    return series


def _idle(rng: Generator, length: int) -> tuple[Values, Values, Values, Values]:
    """A machine that waits: nothing, and now and then a little."""
    cpu = rng.choice([0.0, 1.0, 2.0, 8.0], length, p=[0.7, 0.2, 0.07, 0.03])
    memory = np.full(length, rng.uniform(1, 20)) + rng.choice([0.0, 0.1, 0.3], length)
    io = [rng.choice([0.0, 1.0, 20.0], length, p=[0.8, 0.15, 0.05]) for _ in range(2)]
    return cpu, memory, *io


def _noisy(rng: Generator, length: int) -> tuple[Values, Values, Values, Values]:
    """A machine that works evenly: a level, and noise of some shape around it."""
    cpu = rng.uniform(40, 60) + _noise(rng, length) * rng.uniform(2, 8)
    memory = rng.uniform(20, 60) + _noise(rng, length) * rng.uniform(0.1, 2)
    io = []
    for _ in range(2):
        level = rng.uniform(100, 3000)
        io.append(np.maximum(level * (1 + _noise(rng, length) * rng.uniform(0.02, 0.2)), 0))
    return cpu, memory, *io


def _noise(rng: Generator, length: int) -> Values:
    """Noise of standard deviation 1: normal, uniform, with long tails, or with a memory."""
    shape = rng.integers(4)
    if shape == 0:
        return rng.normal(size=length)
    if shape == 1:
        return rng.uniform(-np.sqrt(3), np.sqrt(3), length)
    if shape == 2:
        return rng.laplace(scale=np.sqrt(0.5), size=length)
    values = rng.normal(size=length)
    for place in range(1, length):
        values[place] = 0.3 * values[place - 1] + np.sqrt(1 - 0.3**2) * values[place]
    return values


def _leak(rng: Generator, series: Series) -> Event:
    """Memory grows evenly, by 20 to 80 GB until the build ends."""
    begin = int(rng.integers(MARGIN, len(series) // 2))
    growing = len(series) - begin
    series.memory[begin:] += np.arange(1, growing + 1) * rng.uniform(20, 80) / growing
    return Event("memory", begin, len(series))


def _step(rng: Generator, series: Series) -> Event:
    """Memory moves to another level at once, by 10 to 60 GB, and stays."""
    begin = int(rng.integers(MARGIN, len(series) - MARGIN))
    series.memory[begin:] += rng.uniform(10, 60)
    return Event("memory", begin, begin + 3)


def _burn(rng: Generator, series: Series) -> Event:
    """CPU rises by at least 3 times the noise, and by 6 points, for 8 to 20 samples."""
    lasts = int(rng.integers(8, 21))
    begin = int(rng.integers(MARGIN, len(series) - lasts - MARGIN))
    noise = max(float(np.std(series.cpu)), 2)
    series.cpu[begin : begin + lasts] += rng.uniform(3, 5) * noise
    return Event("cpu", begin, begin + lasts + 1)


def _burst(rng: Generator, series: Series) -> Event:
    """One to three samples add 2 to 20 GB to a counter, and at least five times the usual."""
    metric = str(rng.choice(["read", "written"]))
    values = series.read if metric == "read" else series.written
    begin = int(rng.integers(MARGIN, len(series) - MARGIN))
    lasts = int(rng.integers(1, 4))
    values[begin : begin + lasts] += max(rng.uniform(2000, 20000), 5 * float(np.median(values)))
    return Event(metric, begin, begin + lasts + 1)


MAKE: dict[str, Callable[[Generator, Series], Event]] = {
    "leak": _leak,
    "step": _step,
    "burn": _burn,
    "burst": _burst,
}
