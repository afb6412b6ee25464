"""Jobs of any scheduler as attempts: Slurm's `sacct`, Nextflow's trace, or a CSV file."""

from headroom.loads.jobs.load import Options, load_jobs

__all__ = ["Options", "load_jobs"]
