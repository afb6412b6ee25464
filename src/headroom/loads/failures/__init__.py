"""Histories of failures in SQLite, and Kubernetes pods and events in JSON."""

from headroom.loads.failures.load import Options, load_failures
from headroom.loads.failures.record import record_solution

__all__ = ["Options", "load_failures", "record_solution"]
