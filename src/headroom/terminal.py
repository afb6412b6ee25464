"""The only way to a terminal: consoles that pass nothing on which a terminal would obey.

`plain` is for names in sentences and tables. The console itself holds back what got past it.
"""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment
from rich.text import Text

from headroom.printable import printable, printable_lines

# A pipe has no width: tables then take what they need up to this.
PIPE_WIDTH = 160


def plain(value: object) -> str:
    """Give the text of a value for a sentence or a cell: on one line, and no markup in it."""
    return escape(printable(value))


def plain_lines(text: str) -> str:
    """Give text of several lines as `plain` does; what stands in a line is `printable` before."""
    return escape(printable_lines(text))


class PlainConsole(Console):
    """A console whose texts hold no control characters, no links, and no words for emoji."""

    def __init__(self, **options: Any) -> None:
        """Take what a console of rich takes."""
        super().__init__(emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make text printable before it is measured: so cells keep their width."""
        return super().render_str(printable_lines(text), **options)

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(map(_harmless, buffer))


def _harmless(segment: Segment) -> Segment:
    """Give a segment without control characters and links; rich's own controls stay."""
    if segment.control:
        return segment
    style = segment.style
    if style is not None and style.link:
        style = style.update_link(None)
    return Segment(printable_lines(segment.text), style)


def console_of(*, stderr: bool = False) -> PlainConsole:
    """Make the console of standard output or of the errors."""
    stream = sys.stderr if stderr else sys.stdout
    return PlainConsole(stderr=stderr, width=None if stream.isatty() else PIPE_WIDTH)
