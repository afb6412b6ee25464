"""Drawings of our own, where a chart library has none: a matrix, and a chain of runs."""

from itertools import pairwise
from math import log10
from typing import Any

from markupsafe import Markup, escape

from headroom.report.page.cells import Rows, memory, number

# Of the accent colour, in the darkest cell: the number in it stays readable.
MOST_HEAT = 55
WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 26, 26


def matrix(rows: Rows) -> str:
    """Draw who raised whose memory as a table: donors down, recipients across."""
    donors = dict(sorted({(row["donor_rank"], row["donor_user"]) for row in rows}))
    recipients = dict(sorted({(row["recipient_rank"], row["recipient_user"]) for row in rows}))
    found = {(row["donor_rank"], row["recipient_rank"]): row for row in rows}
    most = max(row["contaminated_gb_hours"] for row in rows) or 1
    heads = Markup("").join(
        Markup('<th scope="col"><span>{}</span></th>').format(user) for user in recipients.values()
    )
    lines = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            user,
            Markup("").join(_heat(found.get((rank, column)), most) for column in recipients),
        )
        for rank, user in donors.items()
    )
    return Markup(
        '<table class="matrix"><caption class="unseen">Excess GB·h from the user in the row to the '
        'user in the column</caption><thead><tr><th scope="col">from \\ to</th>{}</tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(heads, lines)


def _heat(row: Any, most: Any) -> Markup:
    if row is None:
        return Markup("<td></td>")
    heat = round(MOST_HEAT * float(row["contaminated_gb_hours"] / most))
    runs = "1 run" if row["run_count"] == 1 else f"{row['run_count']:,} runs"
    return Markup('<td style="--heat:{}%" title="{}">{}</td>').format(
        heat, runs, number(row["contaminated_gb_hours"])
    )


def chain(rows: Rows) -> str:
    """Draw a chain of runs from its root to its leaf, memory upwards on a logarithmic scale."""
    known = [row for row in rows if row["memory_mb"]]
    if len(known) < 2:
        return ""
    low = log10(min(row["memory_mb"] for row in known))
    high = log10(max(row["memory_mb"] for row in known))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    span = (high - low) or 1

    def y(memory_mb: float) -> float:
        return round(TOP + tall * (1 - (log10(memory_mb) - low) / span), 1)

    points = [
        (round(LEFT + wide * place / (len(known) - 1), 1), y(row["memory_mb"]), row)
        for place, row in enumerate(known)
    ]
    powers = [10**power for power in range(1, 9) if low <= power <= high]
    parts = [_grid_line(y(power), power) for power in powers]
    for (x1, y1, _), (x2, y2, row) in pairwise(points):
        colour = "accent" if row["is_donor_foreign"] else "third"
        parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="var(--{colour})"'
            ' stroke-width="2"/>'
        )
    parts += [_dot(x, y_, row) for x, y_, row in points]
    first, last = points[0], points[-1]
    parts += [
        _words(first[0], HEIGHT - 6, "start", f"{first[2]['queued_at']:%-d %b %H:%M}"),
        _words(last[0], HEIGHT - 6, "end", f"{last[2]['queued_at']:%-d %b %H:%M}"),
        _words(last[0], last[1] - 10, "end", memory(last[2]["memory_mb"])),
        _words(first[0] + 10, first[1] + 5, "start", memory(first[2]["memory_mb"])),
    ]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def _grid_line(y: float, memory_mb: int) -> str:
    line = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="var(--grid)"/>'
    return line + _words(LEFT - 10, y + 4, "end", memory(memory_mb))


def _words(x: float, y: float, anchor: str, words: str) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="12" fill="var(--ink)">'
        f"{escape(words)}</text>"
    )


def _dot(x: float, y: float, row: Any) -> str:
    title = escape(f"{row['run_id']}: {memory(row['memory_mb'])}")
    return f'<circle cx="{x}" cy="{y}" r="4" fill="var(--ink)"><title>{title}</title></circle>'
