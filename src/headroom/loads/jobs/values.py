"""What a value of a job can be, in SQL: each macro gives NULL for what it cannot read.

The macros are made once in the DuckDB connection of a load, which reads a million jobs in the time
in which Python reads some thousands.
"""

import duckdb

# A 32-bit number with a sign that overflowed; see `headroom.reading.quantities`.
OVERFLOW_MB = 2**31
MB_OF_MIB = "1.048576"
NUMBER = r"[0-9]{1,15}(?:[.][0-9]{1,9})?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
ZONE = r"(?:Z|[+-][0-9]{2}:?(?:[0-9]{2})?)"
# Powers of 1024, in MB of 10^6 bytes.
UNITS = {unit: f"{1024**power / 10**6:.6f}" for power, unit in enumerate(("", "[kK]", *"MGTP"))}
MICROSECONDS = {
    "d": 24 * 3600 * 10**6,
    "h": 3600 * 10**6,
    "m": 60 * 10**6,
    "s": 10**6,
    "ms": 1000,
}
# What follows the letter of a unit in a longer text.
UNIT_ENDS = {"m": "(?:[^s]|$)"}


def make_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macros with which the forms read their values."""
    for name, body in MACROS.items():
        connection.execute(f"create or replace macro {name} as {body}")


def _in_units() -> str:
    """Add up the parts of `1d 2h 3m 4.5s 6ms`."""
    parts = [
        "coalesce(cast(try_cast(nullif(regexp_extract(written, "
        f"'({NUMBER}) ?{unit}{UNIT_ENDS.get(unit, '')}', 1), '') as decimal(18, 6))"
        f" * {factor} as bigint), 0)"
        for unit, factor in MICROSECONDS.items()
    ]
    return " + ".join(parts)


def _sizes() -> str:
    """Give the cases of a size, unit by unit: with a literal for a factor it is computed faster."""
    number = f"try_cast(regexp_extract(written, '^{NUMBER}') as decimal(18, 6))"
    return " ".join(
        f"when regexp_full_match(written, '{NUMBER} ?{unit}i?B?') then times({number}, {factor})"
        for unit, factor in UNITS.items()
    )


MACROS = {
    # Eighteen digits are as many as DuckDB reads fast.
    "amount(written)": (
        f"case when regexp_full_match(written, '{NUMBER}')"
        " then try_cast(written as decimal(18, 6)) end"
    ),
    # Without an overflow on the way; what fits into 64 bits is computed much faster.
    "times(number, factor)": """
        case
            when factor < 10 and number < 100000
                then cast(
                    try_cast(number as decimal(11, 6)) * try_cast(factor as decimal(7, 6))
                    as decimal(18, 6)
                )
            when factor < 10000 and number < 99999999 and number = cast(number as decimal(18, 0))
                then try_cast(number as decimal(8, 0)) * try_cast(factor as decimal(10, 6))
            else try_cast(
                cast(number as decimal(22, 6)) * cast(factor as decimal(16, 6)) as decimal(18, 6)
            )
        end""",
    # `1.2 GB`, `900K`, `4Gi`: powers of 1024; a number alone is in bytes.
    "size_mb(written)": f"""
        case
            when regexp_full_match(written, '[0-9]{{1,15}}')
                then cast(
                    try_cast(try_cast(written as bigint) // 1000000 as decimal(10, 0))
                    + try_cast(try_cast(written as bigint) % 1000000 as decimal(6, 0)) * 0.000001
                    as decimal(18, 6)
                )
            when regexp_full_match(written, '{NUMBER}')
                then times(try_cast(written as decimal(18, 0)), 0.000001)
            {_sizes()}
        end""",
    "plain_mb(written, factor)": "times(amount(written), factor)",
    # ISO 8601, or seconds, milliseconds or microseconds since 1970.
    "moment(written, zone)": f"""
        case
            -- The most frequent form, and the fastest to read.
            when regexp_full_match(written, '{DAY}[T ]{CLOCK}Z')
                then try_cast(written as timestamptz)
            when regexp_full_match(written, '{DAY}[T ]{CLOCK}')
                then timezone(zone, try_cast(written as timestamp))
            when regexp_full_match(written, '{DAY}[T ]{CLOCK} ?{ZONE}')
                then try_cast(
                    regexp_replace(
                        regexp_replace(written, ' ([+-])', '\\1'),
                        '([+-][0-9]{{2}}):?([0-9]{{2}})$',
                        '\\1:\\2'
                    )
                    as timestamptz
                )
            when regexp_full_match(written, '[0-9]{{9,10}}')
                then make_timestamptz(cast(written as bigint) * 1000000)
            when regexp_full_match(written, '[0-9]{{12,13}}')
                then make_timestamptz(cast(written as bigint) * 1000)
            when regexp_full_match(written, '[0-9]{{15,16}}')
                then make_timestamptz(cast(written as bigint))
        end""",
    "believed(instant)": """
        case
            when instant >= timestamptz '1990-01-01 00:00:00+00'
                and instant < timestamptz '2100-01-01 00:00:00+00'
                then instant
        end""",
    "json_value(written)": """
        case
            when regexp_full_match(written, '-?(?:0|[1-9][0-9]{0,17})(?:[.][0-9]{1,9})?')
                then written
            else cast(to_json(written) as text)
        end""",
    # `3h 2m`, `1.5s`, `350ms`; a number alone is in milliseconds.
    "duration_us(written)": f"""
        case
            when regexp_full_match(written, '{NUMBER}')
                then try_cast(amount(written) * 1000 as bigint)
            when regexp_full_match(written, '(?:{NUMBER} ?(?:d|h|ms|m|s) ?)+')
                then {_in_units()}
        end""",
}
