"""Timing lines in bulk: DuckDB reads the usual forms, and hands the others to `lines`.

A line's fields are split at its spaces; one pattern without captures says whether they are all
there, in the order of the document, and what they should be. Where they are not, the sorted fields
are tried: that is any other order. What neither takes keeps its text in `raw`.
"""

from headroom.hooks.contract import LandedTable
from headroom.hooks.perf_logs.lines import MAX_TEXT, NOTHING, PARAM_LENGTH, TIME

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
    """Give the statement that parses the registered blocks; parameters: the label and its detail.

    A place of 0 in a list is NULL: with `is_agg` as 0 or 1, places say which kind has a field,
    without a case for each column.
    """
    run_id = _field("run_id", "is_agg")
    nothing = ", ".join(f"'{value}'" for value in NOTHING)
    return f"""
        insert into {PARSED} by name
        select
            ordinal,
            case when fields is null then line end as raw,
            md5(line) as timing_id,
            case when is_agg = 1 then 'aggregation' else 'simulation' end as kind,
            ? as calibration,
            ? as experiment,
            case
                when {run_id} not in ({nothing}) then {run_id}
            end as run_id,
            substr(fields[1 + is_agg], {len("param_id=") + 1}, {PARAM_LENGTH}) as param_id,
            try_cast({_field("seed", "2 - 2 * is_agg")} as bigint) as seed,
            {_field("target", "3 * is_agg")} as target,
            {_field("worker", "-1")} as worker,
            try_cast({_field("duration_ms", "-2")} as decimal(18, 3)) as duration_ms,
            try_cast({_field("n_sim_returns", "4 * is_agg")} as integer) as sim_return_count,
            try_cast({_field("n_outputs", "5 * is_agg")} as integer) as output_count,
            try_cast({_field("total_inline_mb", "6 * is_agg")} as decimal(18, 6))
                as total_inline_mb,
            try_cast({_field("max_single_kb", "7 * is_agg")} as decimal(18, 6)) as max_single_kb,
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
        from ({_with_fields()}) as with_fields
    """


def _usual_time() -> str:
    """Give the time of the two usual prefixes, three times as fast as the pattern; else NULL.

    They are those of `kubectl logs --timestamps`, behind a pod or not, and of Python's `logging`.
    """
    return """
        case
            when substr(prefix, 20, 1) = ',' and substr(prefix, 24, 1) = ' '
                then try_cast(replace(substr(prefix, 1, 23), ',', '.') as timestamptz)
            when starts_with(first_word, '20') and suffix(first_word, 'Z')
                and strlen(first_word) between 20 and 30
                then try_cast(first_word as timestamptz)
        end"""


def _field(name: str, place: str) -> str:
    """Give a field's value: what stands after `name=`."""
    return f"substr(fields[{place}], {len(name) + 2})"


def _pattern(fields: dict[str, str], names: list[str]) -> str:
    return " ".join(f"{name}={fields[name]}" for name in names)


def _by_name(fields: dict[str, str]) -> list[str]:
    return sorted(fields, key=lambda name: f"{name}=")


def _reorder(fields: dict[str, str]) -> str:
    """Give sorted fields in the order of the document."""
    by_name = _by_name(fields)
    return "[" + ", ".join(f"by_name[{by_name.index(name) + 1}]" for name in fields) + "]"


def _with_fields() -> str:
    """Give lines with their fields in the order of the document, or NULL where they are odd."""
    marked = " or ".join(f"contains(line, '{mark}')" for mark in MARKS)
    return f"""
        select
            ordinal,
            line,
            prefix,
            case when starts_with(prefix, '[pod/')
                then split_part(prefix, ' ', 2) else split_part(prefix, ' ', 1) end
                as first_word,
            is_agg,
            case
                when is_usual then string_split(body, ' ')
                when is_agg = 0 and regexp_full_match(
                    array_to_string(by_name, ' '), '{_pattern(SIMULATION, _by_name(SIMULATION))}'
                ) then {_reorder(SIMULATION)}
                when is_agg = 1 and regexp_full_match(
                    array_to_string(by_name, ' '), '{_pattern(AGGREGATION, _by_name(AGGREGATION))}'
                ) then {_reorder(AGGREGATION)}
            end as fields
        from (
            select
                *,
                case when is_agg is not null and not is_usual
                    then list_sort(string_split(body, ' ')) end as by_name
            from (
                select
                    *,
                    case
                        when is_agg = 0
                            then regexp_full_match(body, '{_pattern(SIMULATION, list(SIMULATION))}')
                        when is_agg = 1
                            then regexp_full_match(
                                body, '{_pattern(AGGREGATION, list(AGGREGATION))}'
                            )
                        else false
                    end as is_usual
                from (
                    select
                        *,
                        case
                            when strlen(line) <> strlen(prefix) + strlen(body) + {len("_TIMING: ")}
                                then null
                            when strlen(prefix) > {MAX_TEXT} or strlen(body) > {MAX_TEXT} then null
                            when contains(prefix, '_TIMING:') then null
                            when suffix(prefix, 'SIM') then 0
                            when suffix(prefix, 'AGG') then 1
                        end as is_agg
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
            ) as in_document
        ) as by_names
    """
