"""What an engine's refusal means for a person: one place that turns driver errors into sentences.

An error that is not listed stays as it is: it is a fault of Headroom, and its traceback says where.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import psycopg

from headroom.errors import HeadroomError, LockedError, WarehouseUnavailableError

POOLER_HINT = (
    "if PGHOST names a pooler that gives each transaction another session, name the server itself, "
    "or a pool in session mode"
)
AGAIN_HINT = "try again; if it stops again, ask the administrator of the server"
READS_ONLY = (
    "the server is read-only",
    "it is a standby, or default_transaction_read_only is on: name the primary server, "
    "or turn the setting off for this user",
)
# By SQLSTATE, or by its class of two characters: what happened, and what to do.
MEANINGS = {
    "57014": (
        "the server cancelled a query",
        "raise statement_timeout for this user, or ask who cancelled the query; then try again",
    ),
    "57P01": ("the server ended the session", AGAIN_HINT),
    "57P02": ("the server ended the session", AGAIN_HINT),
    "57P03": ("the server takes no connections now", AGAIN_HINT),
    "57P05": ("the server ended the idle session", "raise idle_session_timeout for this user"),
    "25P03": (
        "the server ended a session that was idle in its transaction",
        "raise idle_in_transaction_session_timeout for this user",
    ),
    "25P04": ("the server ended a long transaction", "raise transaction_timeout for this user"),
    "25006": READS_ONLY,
    "22P05": (
        "the encoding of the database lacks a character; nothing of this load was stored",
        "make the database with the encoding UTF8",
    ),
    "42501": (
        "the user lacks a right",
        "grant it: deploy/roles.sql shows the grants of each role",
    ),
    "53300": ("the server has no free connection", "end other sessions, then try again"),
    "40P01": ("two sessions waited for each other", AGAIN_HINT),
    "40001": ("another session changed the same rows", AGAIN_HINT),
    # A statement or table that the session made is gone: it is another session's turn.
    "26000": ("the session lost a prepared statement", POOLER_HINT),
    "42P05": ("the session holds another's prepared statement", POOLER_HINT),
    "28": ("the server refuses the user", "check PGUSER and PGPASSWORD, or PGPASSFILE"),
    "08": ("the connection broke", AGAIN_HINT),
    "53": ("the server has no free disk or memory", "free disk or memory there, then try again"),
    "58": ("the server cannot read or write its files", "ask the administrator of the server"),
    "57": ("the server stopped the work", AGAIN_HINT),
}
# What DuckDB says where neither memory nor the folder for the rest has room.
SPILL_IS_FULL = re.compile(
    "failed to offload data block|Could not write file .*duckdb_temp_storage.*No space left",
    re.IGNORECASE,
)
# A commit that fails so is not another writer's doing.
FILE_IS_FULL = re.compile("Could not write file", re.IGNORECASE)
MEMORY_IS_FULL = re.compile("Out of Memory Error", re.IGNORECASE)
SPILL_HINT = (
    "free disk there, or let DuckDB hold more in memory (HEADROOM_MEMORY_LIMIT), then try again: "
    "finished work stays, the next build makes the rest"
)
MEMORY_HINT = "raise HEADROOM_MEMORY_LIMIT, or end other programs, then try again"
LOCK_MEANING = ("another session holds a lock for too long", "let it end, then try again")
VARIABLES_HINT = "check PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE and PGSERVICE"
SOURCE_HINT = "check host, port, database, user and password in HEADROOM_SOURCE_DSN"
# How DuckDB quotes the server that it reads Flotilla's tables from.
SOURCE_SAID = re.compile(
    "Unable to connect to Postgres|Failed to (prepare|execute) query|(ERROR|FATAL):  "
)
# What dbt quotes of the same refusals: it gives no SQLSTATE.
PASSING_TEXTS = re.compile(
    "canceling statement due to|terminating connection|server closed the connection"
    "|connection (already )?closed|could not connect to server|connection to server .* failed"
    '|could not translate host name|Failed to execute query "COMMIT"'
    "|remaining connection slots|too many clients|no more connections allowed"
    "|in a read-only transaction|deadlock detected|could not serialize access"
    "|Could not set lock on file|No space left on device|Disk quota exceeded|File too large"
    "|temporary file size exceeds|out of (shared )?memory"
    "|prepared statement .* does not exist",
    re.IGNORECASE,
)


def meaning(error: BaseException) -> HeadroomError | None:
    """Explain an error of a driver or the file system; None for a fault of Headroom."""
    if isinstance(error, psycopg.Error):
        return _of_postgres(error)
    if isinstance(error, duckdb.Error):
        line = first_line(error)
        return _of_source(line) if SOURCE_SAID.search(line) else _of_duckdb(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return WarehouseUnavailableError(
            f"{error.filename}: {error.strerror}", "check the path, its rights and the free space"
        )
    return None


@contextmanager
def explained() -> Iterator[None]:
    """Raise the meaning of a driver's error in its place, where it has one."""
    try:
        yield
    except (psycopg.Error, duckdb.Error) as error:
        known = meaning(error)
        if known is None:
            raise
        raise known from error


def unreachable(error: psycopg.Error, *, is_source: bool = False) -> WarehouseUnavailableError:
    """Say that a server does not answer, and which of several reasons it gave first."""
    if is_source:
        return WarehouseUnavailableError(
            f"the source, Flotilla's PostgreSQL, does not answer: {first_line(error)}", SOURCE_HINT
        )
    return WarehouseUnavailableError(
        f"PostgreSQL does not answer: {first_line(error)}", VARIABLES_HINT
    )


def lack_of_room(text: str) -> WarehouseUnavailableError | None:
    """Say that memory or the spill folder is too small, where DuckDB's message says so."""
    if SPILL_IS_FULL.search(text):
        return WarehouseUnavailableError(
            f"the disk is full where DuckDB puts what does not fit into memory, in the folder "
            f"beside its file whose name ends in .tmp: {text}",
            SPILL_HINT,
        )
    if MEMORY_IS_FULL.search(text):
        return WarehouseUnavailableError(f"DuckDB has too little memory: {text}", MEMORY_HINT)
    return None


def passing_reason(text: str) -> str | None:
    """Give the line of dbt's message that quotes a server which may answer the next time."""
    return next((line.strip() for line in text.splitlines() if PASSING_TEXTS.search(line)), None)


def first_line(error: BaseException | str) -> str:
    """Give the first line of a driver's message: the others quote the statement."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _of_postgres(error: psycopg.Error) -> HeadroomError | None:
    state = error.sqlstate
    if state == "55P03":
        return LockedError(f"{LOCK_MEANING[0]}: {first_line(error)}", LOCK_MEANING[1])
    if state is None:
        # The driver itself lost the server, or was asked on a connection that is closed.
        if not isinstance(error, psycopg.OperationalError):
            return None
        what, hint = MEANINGS["08"]
    elif state in MEANINGS or state[:2] in MEANINGS:
        what, hint = MEANINGS.get(state) or MEANINGS[state[:2]]
    else:
        return None
    return WarehouseUnavailableError(f"{what}: {first_line(error)}", hint)


def _of_source(line: str) -> HeadroomError | None:
    if not PASSING_TEXTS.search(line):
        return None
    what = "the source, Flotilla's PostgreSQL, stopped the work"
    return WarehouseUnavailableError(f"{what}: {line}", AGAIN_HINT)


def _of_duckdb(error: duckdb.Error) -> HeadroomError | None:
    line = first_line(error)
    if isinstance(error, duckdb.TransactionException) and not FILE_IS_FULL.search(line):
        return LockedError(f"another writer changed the same rows: {line}", "try again")
    if room := lack_of_room(line):
        return room
    if isinstance(error, duckdb.IOException) and "lock" in line.lower():
        return LockedError(
            "the file is locked by another process", "close it there, then try again"
        )
    if isinstance(error, duckdb.InvalidInputException) and "read-only mode" in line:
        return WarehouseUnavailableError(f"the file is read-only: {line}", "check its rights")
    if isinstance(
        error,
        duckdb.IOException
        | duckdb.FatalException
        | duckdb.SerializationException
        | duckdb.TransactionException,
    ):
        return WarehouseUnavailableError(
            f"DuckDB cannot read or write its file: {line}",
            "check the free space and the disk; restore a damaged file from a copy",
        )
    return None
