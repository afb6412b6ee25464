"""Performance logs: timings, payload estimates and memory warnings of Dask workers."""

from headroom.loads.perf_logs.load import Options, load_perf_logs

__all__ = ["Options", "load_perf_logs"]
