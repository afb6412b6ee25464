"""The summary of a load, for a person."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from headroom.loads.build_stats import BuildSummary
from headroom.loads.dask_report import StreamSummary
from headroom.loads.tally import Tally
from headroom.printable import printable
from headroom.terminal import plain
from headroom.written import counted


def print_builds(console: Console, builds: Sequence[BuildSummary]) -> None:
    """Print a row for each build of the load."""
    if not builds:
        return
    table = Table("build", box=None, pad_edge=False)
    for heading in ("samples", "spikes", "troughs", "consistency"):
        table.add_column(heading, justify="right")
    for build in builds:
        figures = (build.samples, build.spikes, build.troughs, build.consistency)
        table.add_row(plain(build.build_id), *(str(figure) for figure in figures))
    console.print(table)


def print_task_streams(console: Console, streams: Sequence[StreamSummary]) -> None:
    """Print a row for each action of each task stream: segments and their seconds."""
    if not streams:
        return
    table = Table("report", "action", box=None, pad_edge=False)
    for heading in ("segments", "seconds", "share"):
        table.add_column(heading, justify="right")
    for stream in streams:
        name = f"{stream.name} ({stream.workers} workers)"
        total = sum(stream.milliseconds.values())
        for action in sorted(stream.segments):
            spent = stream.milliseconds[action]
            share = f"{100 * spent / total:.1f}%" if total else ""
            figures = (f"{stream.segments[action]:,}", f"{spent / 1000:,.3f}", share)
            table.add_row(plain(name), plain(action), *figures)
            name = ""
    console.print(table)


def print_tally(
    console: Console,
    tally: Tally,
    pieces: str = "lines",
    kept: str = "reports and samples",
) -> None:
    """Print how much was read, what was left out and why, and the new rows of each table."""
    console.print(
        f"Read {tally.lines:,} {pieces} of {counted(tally.sources, 'source')}: "
        f"{tally.parsed:,} {kept}, {counted(sum(tally.rejected.values()), 'piece')} rejected"
    )
    for what, counts in (
        ("skipped", tally.skipped),
        ("rejected", tally.rejected),
        ("kept, but odd", tally.doubted),
    ):
        for reason, count in sorted(counts.items()):
            console.print(
                f"  {what}: {printable(reason)} ({count:,})", markup=False, highlight=False
            )
    for landed in tally.landed:
        if not (landed.new or landed.changed or landed.unchanged or landed.removed):
            continue
        console.print(
            f"  {landed.table}: {landed.new:,} new, {landed.changed:,} changed, "
            f"{landed.unchanged:,} unchanged"
            + (f", {landed.removed:,} removed" if landed.removed else "")
        )
        for label, count in sorted(landed.kept_labels.items()):
            console.print(
                f"  conflict: {count:,} rows of {landed.table} keep their label {printable(label)}",
                style="yellow",
                markup=False,
                highlight=False,
            )
