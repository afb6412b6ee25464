"""Timing lines in bulk: DuckDB reads the usual forms, and hands the others to `lines`.

A line's fields are split at its spaces; one pattern without captures says whether they are all
there, in the order of the document, and what they should be. Where they are not, the sorted fields
are tried: that is any other order. What neither takes keeps its text in `raw`.
"""

from headroom.hooks.contract import LandedTable
from headroom.hooks.perf_logs.lines import MAX_NAME, MAX_TEXT, NOTHING, PARAM_LENGTH, TIME

BLOCKS = "incoming_lines"
PARSED = "parsed_lines"
# Printable ASCII but for the quote: other text is read line by line.
WORD = "[!#-~]+"
DURATION = r"[0-9]{1,12}([.][0-9]{1,9})?"
SIZE = r"[0-9]{1,9}([.][0-9]{1,9})?"
COUNT = "[0-9]{1,9}"
SIMULATION = {
    "param_id": WORD,
    "seed": "-?[0-9]{1,18}",
    "duration_ms": DURATION,
    "worker": WORD,
}
AGGREGATION = {
    "run_id": WORD,
    "param_id": WORD,
    "target": WORD,
    "n_sim_returns": COUNT,
    "n_outputs": COUNT,
    "total_inline_mb": SIZE,
    "max_single_kb": SIZE,
    "duration_ms": DURATION,
    "worker": WORD,
}
# What a line has to hold to be looked at at all: see PAYLOAD_MARK and WARNED in `lines`.
MARKS = ("_TIMING:", "Aggregation: ", "emory", "o disk", "Spill file")


def parsed_table(table: LandedTable) -> str:
    """Give the statement that makes the table of parsed lines: the landed columns and `raw`."""
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    return f"create or replace temp table {PARSED} ({columns}, ordinal bigint, raw text)"


def parse_lines() -> str:
    """Give the statement that parses the registered blocks; parameters: the label and its detail."""
    simulation, aggregation = list(SIMULATION), list(AGGREGATION)
    numbers = {
        "seed": ("seed", "bigint"),
        "n_sim_returns": ("sim_return_count", "integer"),
        "n_outputs": ("output_count", "integer"),
        "total_inline_mb": ("total_inline_mb", "decimal(18, 6)"),
        "max_single_kb": ("max_single_kb", "decimal(18, 6)"),
    }
    only_one_kind = ",\n".join(
        f"case when {_is(kind)} then try_cast({_field(fields, name)} as {numbers[name][1]}) end"
        f" as {numbers[name][0]}"
        for kind, fields in (("SIM", simulation), ("AGG", aggregation))
        for name in fields
        if name in numbers
    )
    run_id = _field(aggregation, "run_id")
    nothing = ", ".join(f"'{value}'" for value in NOTHING)
    return f"""
        insert into {PARSED} by name
        select
            ordinal,
            case when fields is null then line end as raw,
            case when fields is not null then md5(line) end as timing_id,
            case when {_is('SIM')} then 'simulation' when {_is('AGG')} then 'aggregation' end as kind,
            ? as calibration,
            ? as experiment,
            case when {_is('AGG')} and {run_id} not in ({nothing}) then {run_id} end as run_id,
            left({_either('param_id')}, {PARAM_LENGTH}) as param_id,
            case when {_is('AGG')} then {_field(aggregation, 'target')} end as target,
            {_either('worker')} as worker,
            try_cast({_either('duration_ms')} as decimal(18, 3)) as duration_ms,
            {only_one_kind},
            case
                when fields is not null
                    then try_cast(replace(regexp_extract(prefix, '{TIME}'), ',', '.') as timestamptz)
            end as logged_at,
            case
                when fields is not null and contains(prefix, '[pod/')
                    then nullif(
                        left(split_part(split_part(split_part(prefix, '[pod/', 2), ']', 1), '/', 1), {MAX_NAME}), ''
                    )
            end as pod_name
        from ({_in_order()}) as in_order
    """


def _is(kind: str) -> str:
    return f"kind_and_order in ('{kind}', '{kind} sorted')"


def _field(fields: list[str], name: str) -> str:
    """Give a field's value: what stands after `name=`."""
    return f"substr(fields[{fields.index(name) + 1}], {len(name) + 2})"


def _either(name: str) -> str:
    simulation, aggregation = _field(list(SIMULATION), name), _field(list(AGGREGATION), name)
    return f"case when {_is('SIM')} then {simulation} when {_is('AGG')} then {aggregation} end"


def _pattern(fields: dict[str, str], names: list[str]) -> str:
    return " ".join(f"{name}={fields[name]}" for name in names)


def _reorder(fields: dict[str, str]) -> str:
    """Give sorted fields in the order of the document."""
    by_name = sorted(fields, key=lambda name: f"{name}=")
    return "[" + ", ".join(f"by_name[{by_name.index(name) + 1}]" for name in fields) + "]"


def _in_order() -> str:
    """Give lines with their fields in the order of the document, or NULL where they are odd."""
    kinds = {"SIM": SIMULATION, "AGG": AGGREGATION}
    in_document = " ".join(
        f"when kind = '{kind}' and regexp_full_match(body, '{_pattern(fields, list(fields))}')"
        f" then '{kind}'"
        for kind, fields in kinds.items()
    )
    any_order = " ".join(
        f"when kind = '{kind}' and regexp_full_match(array_to_string(by_name, ' '),"
        f" '{_pattern(fields, sorted(fields, key=lambda name: f'{name}='))}')"
        f" then '{kind} sorted'"
        for kind, fields in kinds.items()
    )
    marked = " or ".join(f"contains(line, '{mark}')" for mark in MARKS)
    return f"""
        select
            ordinal, line, prefix, kind_and_order,
            case kind_and_order
                when 'SIM' then words
                when 'AGG' then words
                when 'SIM sorted' then {_reorder(SIMULATION)}
                when 'AGG sorted' then {_reorder(AGGREGATION)}
            end as fields
        from (
            select
                *,
                case when in_document is not null then in_document {any_order} end as kind_and_order
            from (
                select
                    *,
                    case when in_document is null and kind is not null then list_sort(words) end as by_name
                from (
                    select
                        *,
                        case {in_document} end as in_document,
                        case when kind is not null then string_split(body, ' ') end as words
                    from (
                        select
                            *,
                            case
                                when strlen(line) <> strlen(prefix) + strlen(body) + 9 then null
                                when strlen(body) > {MAX_TEXT} or contains(prefix, '_TIMING:') then null
                                when suffix(prefix, 'SIM') then 'SIM'
                                when suffix(prefix, 'AGG') then 'AGG'
                            end as kind
                        from (
                            select
                                ordinal,
                                line,
                                split_part(line, '_TIMING: ', 1) as prefix,
                                split_part(line, '_TIMING: ', 2) as body
                            from {BLOCKS}
                            where {marked}
                        ) as cut
                    ) as of_a_kind
                ) as in_words
            ) as by_names
        ) as ordered
    """
