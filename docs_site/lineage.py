"""The lineage of a mart as SVG: what it is made from, and what is made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

BOX_WIDTH, BOX_HEIGHT, GAP, SPACE = 270, 26, 8, 70
LETTER = 7.1


@dataclass(frozen=True)
class Box:
    """A name at a place, and the page that it leads to (empty where it has none)."""

    name: str
    page: str
    left: float
    top: float

    @property
    def middle(self) -> float:
        """Height at which lines begin and end."""
        return self.top + BOX_HEIGHT / 2

    def svg(self, *, is_own: bool = False) -> str:
        """Draw it; a name that is too long is cut, and stands in full in the title."""
        most = int((BOX_WIDTH - 16) / LETTER)
        text = self.name if len(self.name) <= most else f"{self.name[: most - 1]}…"
        box = (
            f'<g class="{"own" if is_own else "other"}"><title>{escape(self.name)}</title>'
            f'<rect x="{self.left}" y="{self.top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}"'
            ' rx="4"/>'
            f'<text x="{self.left + 8}" y="{self.top + 17}">{escape(text)}</text></g>'
        )
        return f'<a href="{escape(self.page)}">{box}</a>' if self.page else box


def draw(
    mart: str, parents: Sequence[str], children: Sequence[str], pages: Mapping[str, str]
) -> str:
    """Draw parents on the left, the mart, and children on the right."""
    rows = max(len(parents), len(children), 1)
    height = rows * (BOX_HEIGHT + GAP) - GAP
    columns = [
        _column(names, place, height, pages)
        for place, names in enumerate((parents, [mart], children))
    ]
    (own,) = columns[1]
    lines = [_line(box, own) for box in columns[0]] + [_line(own, box) for box in columns[2]]
    boxes = [box.svg(is_own=box is own) for column in columns for box in column]
    width = 3 * BOX_WIDTH + 2 * SPACE
    label = f"{mart} is made from {_listed(parents)}; of it are made {_listed(children)}"
    return (
        f'<svg class="lineage" viewBox="-1 -1 {width + 2} {height + 2}" role="img"'
        f' aria-label="{escape(label)}">{"".join(lines)}{"".join(boxes)}</svg>'
    )


def _column(names: Sequence[str], place: int, height: float, pages: Mapping[str, str]) -> list[Box]:
    own_height = len(names) * (BOX_HEIGHT + GAP) - GAP
    top = (height - own_height) / 2
    left = place * (BOX_WIDTH + SPACE)
    return [
        Box(name, pages.get(name, ""), left, top + number * (BOX_HEIGHT + GAP))
        for number, name in enumerate(names)
    ]


def _line(start: Box, end: Box) -> str:
    begin, stop = start.left + BOX_WIDTH, end.left
    middle = (begin + stop) / 2
    return (
        f'<path d="M{begin} {start.middle} C{middle} {start.middle}'
        f' {middle} {end.middle} {stop} {end.middle}"/>'
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
