"""Lines of a table with a header, in blocks: each is cut into its fields, all of them text."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headroom.reading.blocks import Block

LINE = "line_number"
NOT_CLOSED = "a quote is not closed within the line: is it cut?"
BEHIND_NAME = re.compile(r"[^\w%]", re.ASCII)
# Words for what is not known, each also in capitals.
WORDS = ("unknown", "none", "n/a", "null", "nan", "none assigned")
CASES = (str, str.upper, str.capitalize, str.title)
UNKNOWN = ["", "-", "?", *{change(word) for word in WORDS for change in CASES}, "NaN"]
Report = Callable[[int, str, str], None]


class HeaderError(OSError):
    """A source does not begin with the header that its form has; the text says what is missing."""


@dataclass(frozen=True)
class Layout:
    """How the lines of a source are parted, and the columns that its header names."""

    columns: tuple[str, ...]
    delimiter: str
    is_quoted: bool

    @property
    def named(self) -> list[str]:
        """Give the columns that have a name: a line may end with a delimiter."""
        return [name for name in self.columns if name]

    @property
    def schema(self) -> pa.Schema:
        """Give the columns of the lines: each with its number, and the fields as text."""
        return pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in self.named)])

    def require_once(self) -> None:
        """Raise HeaderError where a name stands twice, or is the one of the line's number."""
        folded = [LINE, *(name.lower() for name in self.named)]
        twice = sorted({name for name in folded if folded.count(name) > 1})
        if twice:
            raise HeaderError(f"its header names {', '.join(twice)} twice")


def split_header(line: str, delimiter: str | None, is_quoted: bool) -> Layout:
    """Read the names of a header, parted by what stands behind the first where nothing is said."""
    text = line.removeprefix("\ufeff")
    if delimiter is None:
        behind = BEHIND_NAME.search(text)
        delimiter = behind[0] if behind else "|"
    if is_quoted:
        text = text.replace('"', "")
    names = tuple(name.strip() for name in text.split(delimiter))
    return Layout(names, delimiter, is_quoted)


def split_rows(layout: Layout, block: Block, report: Report) -> Iterator[pa.RecordBatch]:
    """Give the fields of a block's lines with their numbers; report lines that have others."""
    is_filled = pc.not_equal(pc.utf8_trim_whitespace(block.texts), "")
    texts, numbers = block.texts.filter(is_filled), block.numbers.filter(is_filled)
    if layout.is_quoted and _may_hold(texts, b'"'):
        is_open = pc.equal(pc.bit_wise_and(pc.count_substring(texts, '"'), 1), 1)
        for number, text in _pairs(numbers.filter(is_open), texts.filter(is_open)):
            report(number, NOT_CLOSED, text)
        is_whole = pc.invert(is_open)
        texts, numbers = texts.filter(is_whole), numbers.filter(is_whole)
    yield from _read(layout, texts, numbers, report)


def _may_hold(texts: pa.StringArray, sign: bytes) -> bool:
    """Say whether a sign is in the memory of texts, which may hold more than they do."""
    memory = texts.buffers()[2]
    return memory is not None and sign in memory.to_pybytes()


def _pairs(numbers: pa.Array, texts: pa.Array) -> Iterator[tuple[int, str]]:
    yield from zip(numbers.to_pylist(), texts.to_pylist(), strict=True)


def _read(
    layout: Layout, texts: pa.Array, numbers: pa.Array, report: Report
) -> Iterator[pa.RecordBatch]:
    """Read lines at once; where one swallows the next, read each half for itself."""
    if not len(texts):
        return
    others: dict[int, int] = {}
    table = _parsed(layout, texts, others)
    if table is not None and table.num_rows + len(others) == len(texts):
        expected = len(layout.columns)
        for place, count in others.items():
            why = f"the line has {count} fields, the header {expected}{_advice(layout, count)}"
            report(numbers[place].as_py(), why, texts[place].as_py())
        if others:
            is_kept = pa.array([place not in others for place in range(len(texts))])
            numbers = numbers.filter(is_kept)
        columns = [pc.utf8_trim_whitespace(table[name].combine_chunks()) for name in layout.named]
        yield pa.RecordBatch.from_arrays([numbers, *columns], schema=layout.schema)
    elif len(texts) == 1:
        report(numbers[0].as_py(), NOT_CLOSED, texts[0].as_py())
    else:
        half = len(texts) // 2
        for part in (slice(half), slice(half, None)):
            yield from _read(layout, texts[part], numbers[part], report)


def _advice(layout: Layout, count: int) -> str:
    """Say what is wrong most often with a line that has another number of fields."""
    if count < len(layout.columns):
        return ": is it cut?"
    if layout.delimiter == "|":
        return ": a pipe in a name? Ask sacct for --delimiter"
    return ": a delimiter within a value?"


def _parsed(layout: Layout, texts: pa.Array, others: dict[int, int]) -> pa.Table | None:
    """Read lines as CSV; `others` gets the places of lines with another number of fields."""

    def skip(row: csv.InvalidRow) -> str:
        others[row.number - 1] = row.actual_columns
        return "skip"

    lines = pc.binary_join_element_wise(texts, "", "\n")
    size = pc.sum(pc.binary_length(lines)).as_py()
    text = pa.BufferReader(lines.cast(pa.large_binary()).buffers()[2].slice(0, size))
    names = _names(layout.columns)
    try:
        return csv.read_csv(
            text,
            read_options=csv.ReadOptions(
                column_names=names, use_threads=False, block_size=size + 1
            ),
            parse_options=csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.is_quoted else False,
                invalid_row_handler=skip,
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=layout.named,
                strings_can_be_null=True,
                null_values=UNKNOWN,
            ),
        )
    except pa.ArrowInvalid:
        return None


def _names(columns: Sequence[str]) -> list[str]:
    """Name the columns without a name as well: Arrow wants each once."""
    return [name or f"\x00{place}" for place, name in enumerate(columns)]
