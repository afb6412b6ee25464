"""The card of a change for a terminal."""

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from headroom.effects.asking import Found
from headroom.effects.card import COLUMNS, make_card
from headroom.report.run import describe_moment
from headroom.terminal import plain


def print_card(console: Console, found: Found) -> None:
    """Print what can be claimed, what it rests on, and what speaks against it."""
    card = make_card(found)
    console.rule(f"[bold]{plain(card.title)}[/bold]")
    for line in (f"as of {describe_moment(found.as_of)}", *found.notes, *card.facts):
        console.print(plain(line), style="dim", highlight=False)
    _print_sentences(console, "What can be claimed", card.claims)
    console.print("\n[bold]What it rests on (exact bounds, 95%, two-sided)[/bold]")
    table = Table(box=box.SIMPLE_HEAD, caption=None if card.evidence else "no events")
    for place, column in enumerate(COLUMNS):
        table.add_column(column, overflow="fold", justify="left" if place < 2 else "right")
    for row in card.evidence:
        table.add_row(*map(plain, row))
    console.print(table)
    _print_sentences(console, "What to keep in mind", card.caveats)


def _print_sentences(console: Console, title: str, sentences: tuple[str, ...]) -> None:
    console.print(f"\n[bold]{title}[/bold]")
    for sentence in sentences:
        # What does not fit a line goes on below its beginning.
        console.print(Padding(plain(sentence), (0, 0, 0, 2)), highlight=False)
