"""Build stats: raw Cloud Build logs, campaign_stats.json and bare samples files."""

from headroom.loads.build_stats.load import BuildSummary, Options, load_build_stats

__all__ = ["BuildSummary", "Options", "load_build_stats"]
