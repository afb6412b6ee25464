"""Dask's performance report: the task stream that its HTML embeds, read without a browser."""

from headroom.loads.dask_report.load import StreamSummary, load_dask_reports

__all__ = ["StreamSummary", "load_dask_reports"]
