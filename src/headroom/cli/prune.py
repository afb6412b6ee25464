"""`headroom prune`: landed rows that are too old are deleted."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from headroom.cli.common import TargetOption, console
from headroom.settings import Settings


def prune(
    older_than: Annotated[
        str, typer.Option(metavar="AGE", help="Days or weeks, such as 400d or 8w.")
    ],
    target: TargetOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|TIMESTAMP",
            help="The age counts back from this moment; a date means its end (UTC). Default: now.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
) -> None:
    """Delete landed rows that are older than an age: whole builds, trials and reports."""
    from headroom.landed.prune import cutoff
    from headroom.landed.prune import prune as prune_landed
    from headroom.report.run import parse_as_of

    settings = Settings.from_environment(target)
    before = cutoff(older_than, parse_as_of(as_of) if as_of else datetime.now(UTC))
    pruned = prune_landed(settings, before, dry_run=dry_run)
    table = Table("table", box=None, pad_edge=False)
    for heading in ("would be deleted" if dry_run else "deleted", "kept", "of them without a time"):
        table.add_column(heading, justify="right")
    for row in pruned:
        table.add_row(row.table, f"{row.deleted:,}", f"{row.kept:,}", f"{row.undated:,}")
    console.print(f"Landed rows whose newest time is before {before:%Y-%m-%d %H:%M:%S} UTC")
    console.print(table)
    total = sum(row.deleted for row in pruned)
    if dry_run:
        console.print(f"Nothing was deleted; without --dry-run it would be {total:,} rows")
    else:
        console.print(f"Deleted {total:,} rows; the marts follow with the next build")
