"""Load failures: find out what each input is by what it holds, read it, land what is right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from headroom.errors import UsageError
from headroom.landed.contract import landed_tables
from headroom.loads.failures.failures_read import TABLES, FailuresRead
from headroom.loads.failures.forms import CUT, NOT_KNOWN, read_documents
from headroom.loads.failures.history import MAGIC, read_history
from headroom.loads.failures.kubernetes import is_listing, read_listing, without_last
from headroom.loads.failures.record import RECORDED
from headroom.loads.loading import LoadOptions, delivery, read_sources
from headroom.loads.tally import Tally
from headroom.printable import printable
from headroom.reading.inputs import Source, TooLargeError, find_sources, is_packed, read_whole
from headroom.settings import Settings

# The text and its strings; a value of JSON, with its place in a list or an object.
COPIES, BYTES_A_VALUE = 2, 120
# Files that SQLite keeps beside a database.
BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Options(LoadOptions):
    """What the caller says: the name of the source, and how to load."""

    source: str | None = None


def load_failures(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_source: Callable[[str, int, int], None] | None = None,
) -> Tally:
    """Read histories and listings and merge what is right into the landed tables, or into CSVs.

    Solutions of a database that was read to its end replace those that its source had before. An
    input that cannot be read is reported, the others are loaded. Raises UsageError where a source
    cannot be told, and InputRejectedError, with nothing landed, where `strict` is set and anything
    was rejected.
    """
    if options.source is not None and not options.source.strip():
        raise UsageError("--source is empty", "name the source")
    sources = [source for source in find_sources(list(paths)) if not _is_beside(source)]
    with delivery(settings, options, [landed_tables()[name] for name in TABLES]) as way:
        collected = FailuresRead(Tally(), way.stage)
        tally = collected.tally

        def read(source: Source, stream: BufferedReader) -> None:
            _read(collected, source, stream, options)

        read_sources(tally, sources, read, on_source)
        way.finish(tally, collected.incoming(), collected.scopes())
    return tally


def _is_beside(source: Source) -> bool:
    """Tell a file that belongs to the database next to it."""
    path = source.path
    return path is not None and any(
        path.name.endswith(end) and path.with_name(path.name.removesuffix(end)).exists()
        for end in BESIDE
    )


def _read(
    collected: FailuresRead, source: Source, stream: BufferedReader, options: Options
) -> None:
    """Tell the forms apart by what stands in the file, never by its name."""
    name = options.source or source.stem
    start = stream.peek(len(MAGIC))[: len(MAGIC)]
    if start == MAGIC:
        _read_database(collected, source, stream, name)
        return
    if name is None:
        raise UsageError("standard input has no name", "give --source")
    _require_free(name)
    try:
        written = read_whole(stream, COPIES, BYTES_A_VALUE)
    except TooLargeError as error:
        reason = f"{error}: list fewer objects at a time, such as one namespace"
        collected.reject(None, reason, "", source.name)
        return
    found = read_documents(written)
    documents = found.values
    # No excerpt here or below: a piece of a listing may be the env of a pod.
    for trouble in found.troubles:
        collected.reject(name, trouble, "", source.name)
    if found.is_cut:
        collected.reject(name, CUT, "", source.name)
        documents = [*documents[:-1], *without_last(documents[-1])]
    for document in documents:
        if is_listing(document):
            read_listing(collected, document, name, source.name)
        else:
            collected.reject(None, NOT_KNOWN, "", source.name)


def _read_database(
    collected: FailuresRead, source: Source, stream: BufferedReader, name: str | None
) -> None:
    is_file = source.path is not None and source.path.is_file()
    if source.path is None or name is None or is_packed(stream) or not is_file:
        collected.tally.unreadable.append(
            f"{source.name}: a SQLite database is read where it is; unpack it, and give its path"
        )
        return
    for beside in (path for end in BESIDE if (path := Path(f"{source.path}{end}")).exists()):
        if not beside.is_file():
            collected.tally.unreadable.append(f"{source.name}: {printable(beside)} is not a file")
            return
    _require_free(name)
    other = collected.databases.setdefault(name, source.name)
    if other != source.name:
        raise UsageError(
            f"{other} and {source.name} would both be the source {name}",
            "load each with its own --source: the solutions of one replace the other's",
        )
    read_history(collected, source.path, name)


def _require_free(name: str) -> None:
    if name == RECORDED:
        raise UsageError(
            f"the source {RECORDED} belongs to `headroom failures record-solution`",
            "give another --source",
        )
