"""Makes samples/throughput: the logs of a calibration and of its two experiments, synthetic.

    python -m tests.support.throughput_samples

Eight workers in two pods, eight trials at once, ten simulations each: an aggregation fetches nine
tenths of its payload from other workers, and that takes longer than it computes. Experiment A
leaves the aggregations out, B has one target.
"""

import gzip
import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5

from headroom.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "samples" / "throughput"
PODS = ("dask-workers-6c9f7d4b5-k2x8p", "dask-workers-6c9f7d4b5-zq4wn")
REPLICATES, TRIALS, THREADS = 10, 40, 8
SLOW_WORKER, SLOWER = 5, 1.6
OUTPUTS = 21
MB_PER_SECOND = 14.0
Event = tuple[float, int, str]
UNMANAGED = (
    "distributed.worker.memory - WARNING - Unmanaged memory use is high. This may indicate a memory"
    " leak or the memory may not be released to the OS; see https://distributed.dask.org/en/latest/"
    "worker-memory.html#memory-not-released-back-to-the-os for more information. -- Unmanaged"
    " memory: {:.2f} GiB -- Worker memory limit: 3.00 GiB"
)
PAUSING = (
    "distributed.worker.memory - WARNING - Worker is at {:.0f}% memory usage. Pausing worker. "
    " Process memory: {:.2f} GiB -- Worker memory limit: 3.00 GiB"
)
RESUMING = (
    "distributed.worker.memory - WARNING - Worker is at {:.0f}% memory usage. Resuming worker."
    " Process memory: {:.2f} GiB -- Worker memory limit: 3.00 GiB"
)


def address(worker: int) -> str:
    return f"tcp://10.0.0.{worker // 4 + 1}:{40001 + worker % 4}"


def run(seed: int, targets: tuple[str, ...]) -> Iterator[Event]:
    """Give what the workers log, as seconds since the beginning, worker and text."""
    chance = random.Random(seed)  # noqa: S311
    run_id = md5(str(seed).encode(), usedforsecurity=False).hexdigest()[:8]
    free = [(0.0, worker) for worker in range(8)]
    threads = [(0.0, thread) for thread in range(THREADS)]

    def work(ready: float, seconds: float) -> tuple[float, int, float]:
        start, worker = heapq.heappop(free)
        seconds *= SLOWER if worker == SLOW_WORKER else 1
        end = max(start, ready) + seconds
        heapq.heappush(free, (end, worker))
        return end, worker, seconds * 1000

    for trial in range(TRIALS):
        ready, thread = heapq.heappop(threads)
        param_id = md5(f"{seed}-{trial}".encode(), usedforsecurity=False).hexdigest()[:8]
        ends = []
        for replicate in range(REPLICATES):
            end, worker, took = work(ready, max(0.6, chance.gauss(2.4, 0.35)))
            ends.append(end)
            yield (
                end,
                worker,
                f"SIM_TIMING: param_id={param_id} seed={replicate} duration_ms={took:.1f}"
                f" worker={address(worker)}",
            )
        ready = max(ends)
        sizes = [chance.uniform(1.6, 2.4) for _ in range(REPLICATES)]
        total = sum(sizes)
        for target in targets:
            end, worker, took = work(ready, 0.35 + 0.9 * total / MB_PER_SECOND)
            ends.append(end)
            sample, estimate = sizes[0] * 1034, sizes[0] * 10340
            yield (
                end - took / 1000,
                worker,
                f"Aggregation: {REPLICATES} sim_returns, sample_size={sample:.1f}KB,"
                f" total_estimate={estimate:.1f}KB",
            )
            yield (
                end,
                worker,
                f"AGG_TIMING: run_id={run_id} param_id={param_id} target={target}"
                f" n_sim_returns={REPLICATES} n_outputs={REPLICATES * OUTPUTS}"
                f" total_inline_mb={total:.2f} max_single_kb={max(sizes) * 200:.1f}"
                f" duration_ms={took:.1f} worker={address(worker)}",
            )
            if worker in (2, SLOW_WORKER) and chance.random() < 0.3:
                share = chance.uniform(0.81, 0.93)
                yield end + 0.1, worker, UNMANAGED.format(share * 2.4)
                yield end + 0.2, worker, PAUSING.format(share * 100, share * 3)
                yield end + 4.2, worker, RESUMING.format(62, 1.86)
        heapq.heappush(threads, (max(ends), thread))


def written(events: list[Event], begin: datetime) -> dict[str, str]:
    """Give the log of each pod as `kubectl logs --prefix --timestamps` prints it."""
    logs = dict.fromkeys(PODS, "")
    for seconds, worker, text in sorted(events):
        moment = begin + timedelta(seconds=seconds)
        pod = PODS[worker // 4]
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"
        logs[pod] += f"[pod/{pod}/worker] {stamp} {text}\n"
    return logs


def write() -> None:
    """Write the files, the same bytes each time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = datetime(2026, 1, 24, tzinfo=UTC)
    two = written(list(run(1, ("incidence", "prevalence"))), day.replace(hour=15))
    (FOLDER / "two_targets_pod_0.log").write_text(two[PODS[0]], encoding="utf-8")
    files = {
        "two_targets_pod_1.log.gz": two[PODS[1]],
        "experiment_a.log.gz": "".join(written(list(run(2, ())), day.replace(hour=17)).values()),
        "experiment_b.log.gz": "".join(
            written(list(run(3, ("incidence",))), day.replace(hour=18)).values()
        ),
    }
    for name, text in files.items():
        (FOLDER / name).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    write()
