"""Timing lines in bulk: Arrow reads the usual forms, and hands the others to `lines`.

One pattern says whether a line holds all fields, in the order of the document, and what they should
be. Its lines are then a CSV file, which Arrow reads at once into the types of the columns. Lines
with a prefix or with another order of fields are brought into that form first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headroom.landed.contract import landed_tables
from headroom.landed.sql import landing_sql
from headroom.loads.perf_logs.lines import KINDS, MAX_TEXT, NOTHING, PARAM_LENGTH, TIME, TIMINGS

MARK = "_TIMING: "
# Printable ASCII but for the quote, and for what parts a CSV here: other text is read line by line.
WORD = "[!#-<>-~]+"
# No more digits before the point than MAX_MS, MAX_PAYLOAD_MB and MAX_SIZE allow.
FRACTION = "([.][0-9]{1,9})?"
DURATION = "[0-9]{1,9}" + FRACTION
PAYLOAD = "[0-9]{1,6}" + FRACTION
SIZE = "[0-9]{1,9}" + FRACTION
COUNT = "[0-9]{1,9}"
FIELDS = {
    "SIM": {
        "param_id": WORD,
        "seed": "-?[0-9]{1,18}",
        "duration_ms": DURATION,
        "worker": WORD,
    },
    "AGG": {
        "run_id": WORD,
        "param_id": WORD,
        "target": WORD,
        "n_sim_returns": COUNT,
        "n_outputs": COUNT,
        "total_inline_mb": PAYLOAD,
        "max_single_kb": SIZE,
        "duration_ms": DURATION,
        "worker": WORD,
    },
}
TYPES = {
    "run_id": pa.string(),
    "param_id": pa.string(),
    "seed": pa.int64(),
    "target": pa.string(),
    "worker": pa.string(),
    "duration_ms": pa.decimal128(18, 3),
    "n_sim_returns": pa.int32(),
    "n_outputs": pa.int32(),
    "total_inline_mb": pa.decimal128(18, 6),
    "max_single_kb": pa.decimal128(18, 6),
}
# Where a number has more digits than its column.
WIDE_TYPES = {
    name: pa.decimal128(38, 9) if pa.types.is_decimal(kind) else kind
    for name, kind in TYPES.items()
}
SCHEMA = pa.schema({"prefix": pa.string(), "kind": pa.string(), **TYPES})
# What a line has to hold to be looked at at all: see PAYLOAD_MARK and WARNED in `lines`.
MARKS = "_TIMING:|Aggregation: |emory|o disk|Spill file"
# A program writes its fields in one order; so many others a block are read without a detour.
ORDERS = 16


Order = Sequence[str]


@dataclass(frozen=True)
class _Lines:
    """Lines and their places in the block; what each is read as, and what stands before it.

    `prefixes` end with the kind of the line; None where nothing else stands before any.
    """

    lines: pa.StringArray
    places: pa.Int64Array
    usual: pa.StringArray
    prefixes: pa.StringArray | None = None

    def where(self, mask: pa.BooleanArray) -> "_Lines":
        """Keep the lines of a mask."""
        lines = self.lines.filter(mask)
        # Copied once where a line is read as it is.
        usual = lines if self.usual is self.lines else self.usual.filter(mask)
        prefixes = None if self.prefixes is None else self.prefixes.filter(mask)
        return _Lines(lines, self.places.filter(mask), usual, prefixes)

    def batch(self, kind: str, order: Order) -> pa.RecordBatch:
        """Read the fields of lines that all are of one kind and hold its fields in an order."""
        columns = {
            "kind": pa.repeat(KINDS[kind], len(self.lines)),
            **_fields(kind, order, self.usual),
        }
        if self.prefixes is not None:
            columns["prefix"] = self.prefixes
        arrays = [
            columns[field.name] if field.name in columns else pa.nulls(len(self.lines), field.type)
            for field in SCHEMA
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def read_usual(texts: pa.StringArray) -> tuple[list[pa.RecordBatch], pa.Int64Array]:
    """Give the timings of a block, and the places of the lines that `lines` has to look at."""
    found: list[pa.RecordBatch] = []
    rest = _Lines(texts, pa.array(np.arange(len(texts))), texts)
    for kind, fields in FIELDS.items():
        rest = _take_usual(kind, list(fields), rest, found)
    rest = rest.where(pc.match_substring_regex(rest.lines, MARKS))
    rest, odd = _take_kinds(rest, found)
    is_timing = pc.match_substring(rest.lines, MARK)
    others = rest.where(pc.invert(is_timing))
    rest, behind = _take_kinds(_cut_prefixes(rest.where(is_timing)), found)
    return found, pa.concat_arrays([*odd, *behind, others.places, rest.places])


def _take_kinds(lines: _Lines, found: list[pa.RecordBatch]) -> tuple[_Lines, list[pa.Int64Array]]:
    """Read the lines that begin with a kind; give the others, and the places of the odd."""
    odd = []
    for kind in FIELDS:
        is_of_kind = pc.starts_with(lines.usual, kind + MARK)
        if pc.any(is_of_kind).as_py():
            odd.append(_take_any_order(kind, lines.where(is_of_kind), found))
            lines = lines.where(pc.invert(is_of_kind))
    return lines, odd


def _take_usual(kind: str, order: Order, lines: _Lines, found: list[pa.RecordBatch]) -> _Lines:
    """Read the lines that hold the fields of a kind in an order; give the others."""
    pattern = " ".join(f"{name}={FIELDS[kind][name]}" for name in order)
    is_usual = pc.and_(
        pc.match_substring_regex(lines.usual, f"^{kind}{MARK}{pattern}$"),
        pc.less_equal(pc.binary_length(lines.usual), MAX_TEXT),
    )
    is_usual = pc.fill_null(is_usual, False)
    taken = lines.where(is_usual)
    if len(taken.lines):
        found.append(taken.batch(kind, order))
    return lines.where(pc.invert(is_usual))


def _take_any_order(kind: str, lines: _Lines, found: list[pa.RecordBatch]) -> pa.Int64Array:
    """Read lines of one kind, the orders that they begin with first; give the places of the odd."""
    fields = list(FIELDS[kind])
    lines = _take_usual(kind, fields, lines, found)
    odd = []
    for _ in range(ORDERS):
        if not len(lines.lines):
            break
        first = lines.places[0]
        order = [word.partition("=")[0] for word in lines.usual[0].as_py().split(" ")[1:]]
        if sorted(order) == sorted(fields):
            lines = _take_usual(kind, order, lines, found)
        # What its own order does not read is odd.
        is_first = pc.equal(lines.places, first)
        odd.append(lines.places.filter(is_first))
        lines = lines.where(pc.invert(is_first))
    sorted_lines = replace(lines, usual=_in_order(kind, lines.usual))
    left = _take_usual(kind, fields, sorted_lines, found)
    return pa.concat_arrays([*odd, left.places])


def _cut_prefixes(lines: _Lines) -> _Lines:
    """Let lines be read without what stands before their kind; odd prefixes stay."""
    parts = pc.split_pattern(lines.lines, MARK, max_splits=1)
    prefixes, bodies = pc.list_element(parts, 0), pc.list_element(parts, 1)
    is_odd = pc.or_(
        pc.match_substring(prefixes, MARK.rstrip()),
        pc.greater(pc.binary_length(prefixes), MAX_TEXT),
    )
    # JSON may have begun there.
    is_odd = pc.or_(is_odd, pc.match_substring(prefixes, '"'))
    kinds = pc.if_else(is_odd, "", pc.utf8_slice_codeunits(prefixes, -3))
    usual = pc.binary_join_element_wise(kinds, bodies, MARK)
    return replace(lines, usual=usual, prefixes=prefixes)


def _in_order(kind: str, usual: pa.StringArray) -> pa.StringArray:
    """Bring the fields into the order of the document; NULL where something else stands there."""
    fields = [
        pc.struct_field(pc.extract_regex(usual, f" (?P<field>{name}=[^ ]*)"), "field")
        for name in FIELDS[kind]
    ]
    ordered = pc.binary_join_element_wise(f"{kind}{MARK.rstrip()}", *fields, " ")
    is_whole = pc.equal(pc.binary_length(ordered), pc.binary_length(usual))
    return pc.if_else(is_whole, ordered, pa.scalar(None, pa.string()))


def _fields(kind: str, order: Order, usual: pa.StringArray) -> dict[str, pa.Array]:
    """Read lines in the usual form as a CSV file, whose columns part at spaces and equals signs."""
    lines = pc.binary_join_element_wise(usual, "", "\n")
    text = bytes(lines.buffers()[2][: pc.sum(pc.binary_length(lines)).as_py()])
    text = text.replace(b"=", b" ")
    try:
        table = _read_csv(kind, order, text, TYPES)
    except pa.ArrowInvalid:
        table = _rounded(_read_csv(kind, order, text, WIDE_TYPES))
    return {name: table[name].combine_chunks() for name in table.column_names}


def _rounded(table: pa.Table) -> pa.Table:
    """Round numbers that have more digits than their columns."""
    columns = {
        name: pc.round(table[name], TYPES[name].scale, "half_up").cast(TYPES[name])
        if pa.types.is_decimal(TYPES[name])
        else table[name]
        for name in table.column_names
    }
    return pa.table(columns)


def _read_csv(kind: str, order: Order, text: bytes, types: dict[str, pa.DataType]) -> pa.Table:
    names = [kind, *(column for name in order for column in (f"{name}=", name))]
    return csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(
            column_names=names, use_threads=False, block_size=len(text) + 1
        ),
        parse_options=csv.ParseOptions(delimiter=" ", quote_char=False, double_quote=False),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=list(order), strings_can_be_null=False
        ),
    )


def timings_of(blocks: str) -> str:
    """Give a select of the landed columns over batches; parameters: the label and its detail."""
    table = landed_tables()[TIMINGS]
    key = landing_sql("event_id", table.seed, "null")
    return f"select {key} as {table.key[0]}, * from ({_fields_of(blocks)}) as fields"


def _fields_of(blocks: str) -> str:
    """Select the landed columns but for the key; parameters: the label and its detail."""
    nothing = ", ".join(f"'{value}'" for value in NOTHING)
    return f"""
        select
            kind,
            ? as calibration,
            ? as experiment,
            case when run_id not in ({nothing}) then run_id end as run_id,
            substr(param_id, 1, {PARAM_LENGTH}) as param_id,
            seed,
            target,
            worker,
            duration_ms,
            n_sim_returns as sim_return_count,
            n_outputs as output_count,
            total_inline_mb,
            max_single_kb,
            coalesce(
                {_usual_time()},
                try_cast(replace(regexp_extract(prefix, '{TIME}'), ',', '.') as timestamptz)
            ) as logged_at,
            case
                when starts_with(prefix, '[pod/') and not contains(split_part(prefix, '/', 2), ']')
                    then case when not starts_with(prefix, '[pod//')
                        then split_part(prefix, '/', 2) end
                when contains(prefix, '[pod/')
                    then nullif(
                        split_part(split_part(split_part(prefix, '[pod/', 2), ']', 1), '/', 1), ''
                    )
            end as pod_name
        from (
            select
                *,
                case when starts_with(prefix, '[pod/')
                    then split_part(prefix, ' ', 2) else split_part(prefix, ' ', 1) end
                    as first_word
            from {blocks}
        ) as lines
    """


def _usual_time() -> str:
    """Give the time of the two usual prefixes, three times as fast as the pattern; else NULL.

    They are those of `kubectl logs --timestamps`, behind a pod or not, and of Python's `logging`.
    """
    return """
        case
            when substr(prefix, 20, 1) = ',' and substr(prefix, 24, 1) = ' '
                and substr(prefix, 12, 2) <> '24'
                then try_cast(replace(substr(prefix, 1, 23), ',', '.') as timestamptz)
            when starts_with(first_word, '20') and suffix(first_word, 'Z')
                and strlen(first_word) between 20 and 30
                -- DuckDB takes an hour 24; nobody logs it.
                and substr(first_word, 12, 2) <> '24'
                then try_cast(first_word as timestamptz)
        end"""
