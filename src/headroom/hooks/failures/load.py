"""Load failures: find out what each input is by what it holds, read it, land what is right."""

import gzip
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from headroom.errors import InputRejectedError, UsageError
from headroom.hooks.build_stats.tolerant_json import NotJSONError, read_stream
from headroom.hooks.failures.collected import Collected
from headroom.hooks.failures.history import MAGIC, read_history
from headroom.hooks.failures.kubernetes import is_listing, read_listing, without_last
from headroom.hooks.failures.record import RECORDED
from headroom.hooks.inputs import Source, decode, find_sources, open_source
from headroom.hooks.landing import land
from headroom.hooks.report import LoadReport
from headroom.hooks.seed_csv import write_seeds
from headroom.settings import Settings

MAX_DOCUMENT = 512 * 1024 * 1024
# Files that SQLite keeps beside a database.
BESIDE = ("-wal", "-shm", "-journal")
NOT_KNOWN = "neither a SQLite history nor pods or events of Kubernetes in JSON"
CUT = "the JSON is cut off; what stands before its last object was loaded"


@dataclass(frozen=True)
class Options:
    """What the caller says: the name of the source, and how to load.

    `strict`: nothing, if anything is rejected. `csv_folder`: into its seed CSVs, not the warehouse.
    """

    source: str | None = None
    strict: bool = False
    csv_folder: Path | None = None


def load_failures(
    settings: Settings,
    paths: Sequence[str],
    options: Options,
    on_source: Callable[[str, int, int], None] | None = None,
) -> LoadReport:
    """Read histories and listings and merge what is right into the landed tables, or into CSVs.

    Solutions of a database that was read to its end replace those that its source had before. An
    input that cannot be read is reported, the others are loaded. Raises UsageError where a source
    cannot be told, and InputRejectedError, with nothing landed, where `strict` is set and anything
    was rejected.
    """
    if options.source is not None and not options.source.strip():
        raise UsageError("--source is empty", "name the source")
    sources = find_sources(list(paths))
    collected = Collected(LoadReport())
    for place, source in enumerate(sources):
        if on_source:
            on_source(source.name, place, len(sources))
        if _is_beside(source):
            continue
        collected.report.sources += 1
        try:
            with open_source(source) as stream:
                _read(collected, source, stream, options)
        except (OSError, EOFError, zlib.error) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            collected.report.unreadable.append(f"{source.name}: {why}")
    report = collected.report
    if options.strict and not report.is_clean:
        raise InputRejectedError(
            f"{sum(report.rejected.values()) + len(report.unreadable)} pieces were rejected, "
            "so nothing was loaded",
            "\n".join([*report.unreadable, *report.shown]),
        )
    if options.csv_folder:
        report.landed = write_seeds(options.csv_folder, collected.incoming(), collected.scopes())
    else:
        report.landed = land(settings, collected.incoming(), collected.scopes())
    return report


def _is_beside(source: Source) -> bool:
    """Tell a file that belongs to the database next to it."""
    path = source.path
    return path is not None and any(
        path.name.endswith(end) and path.with_name(path.name.removesuffix(end)).exists()
        for end in BESIDE
    )


def _read(collected: Collected, source: Source, stream: BinaryIO, options: Options) -> None:
    """Tell the forms apart by what stands in the file, never by its name."""
    name = options.source or source.stem
    start = stream.peek(len(MAGIC))[: len(MAGIC)]  # type: ignore[attr-defined]
    if start == MAGIC:
        _read_database(collected, source, stream, name)
        return
    raw = stream.read(MAX_DOCUMENT + 1)
    if len(raw) > MAX_DOCUMENT:
        collected.reject(None, "the document is too long", "", source.name)
        return
    if name is None:
        raise UsageError("standard input has no name", "give --source")
    _require_free(name)
    try:
        documents, is_cut = read_stream(decode(raw.removeprefix(b"\xef\xbb\xbf")))
    except NotJSONError:
        documents, is_cut = [], False
    if is_cut:
        # No excerpt here or below: a piece of a listing may be the env of a pod.
        collected.reject(name, CUT, "", source.name)
        documents = [*documents[:-1], *without_last(documents[-1])]
    if not is_cut and not documents:
        collected.reject(None, NOT_KNOWN, "", source.name)
    for document in documents:
        if is_listing(document):
            read_listing(collected, document, name, source.name)
        else:
            collected.reject(None, NOT_KNOWN, "", source.name)


def _read_database(
    collected: Collected, source: Source, stream: BinaryIO, name: str | None
) -> None:
    if source.path is None or name is None or isinstance(stream, gzip.GzipFile):
        collected.report.unreadable.append(
            f"{source.name}: a SQLite database is read where it is; unpack it, and give its path"
        )
        return
    _require_free(name)
    other = collected.databases.setdefault(name, source.name)
    if other != source.name:
        raise UsageError(
            f"{other} and {source.name} would both be the source {name}",
            "load each with a --source of its own: the solutions of one replace the other's",
        )
    read_history(collected, source.path, name)


def _require_free(name: str) -> None:
    if name == RECORDED:
        raise UsageError(
            f"the source {RECORDED} is that of `headroom failures record-solution`",
            "give another --source",
        )
