"""Raw Cloud Build logs: which builds they hold, and the samples between the two markers.

A line can carry a time and the step it belongs to in front. Between the markers only lines of the
marker's own step count, without what stands in front of them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from headroom.errors import UsageError
from headroom.landed.rejects import end_of
from headroom.loads.build_stats.builds_read import BuildsRead, Samples
from headroom.loads.build_stats.documents import CUT, read_document, samples_in
from headroom.loads.build_stats.facts import report_row
from headroom.reading.inputs import Line
from headroom.reading.tolerant_json import NotJSONError

START, END = "BUILD_STATS_JSON_START", "BUILD_STATS_JSON_END"
STARTING = re.compile(r'starting build "([^"\s]{1,200})"')
TIME = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:?\s+"
PREFIX = re.compile(rf'(?:{TIME})?(?P<step>Step #\d+(?: - "[^"]*")?: ?)?(?:{TIME})?')
# The last words of Cloud Build itself: they stand in no step.
OUTCOMES = {
    "DONE": "SUCCESS",
    "ERROR": "FAILURE",
    "TIMEOUT": "TIMEOUT",
    "CANCELLED": "CANCELLED",
}
# The words of other versions, and of `gcloud builds submit` behind the build's own.
ENDINGS = (
    ("ERROR: build step", "FAILURE"),
    ("BUILD FAILURE:", "FAILURE"),
    ("ERROR: failed to", "FAILURE"),
    ("ERROR: context deadline exceeded", "TIMEOUT"),
    ("TIMEOUT:", "TIMEOUT"),
    ("ERROR: context canceled", "CANCELLED"),
    ("CANCELLED:", "CANCELLED"),
)
SAID = re.compile(
    r"(?:ERROR: )?(?:\(gcloud\.(?:beta\.)?builds\.submit\) )?[Bb]uild [\w-]+ completed with status"
    r' "(?P<status>SUCCESS|FAILURE|INTERNAL_ERROR|TIMEOUT|CANCELLED|EXPIRED)"'
)
CLOUD_BUILD = re.compile(r"^(?:FETCHSOURCE|BUILD|PUSH|Already have image)\b|^Step #\d+")
MAX_BLOCK = 256 * 1024 * 1024
NO_END, NO_START = "the end marker is missing", "the start marker is missing"
DIFFERS = "samples differ from the longer block of the same build"
TOO_LONG = "the line is too long"


# The shell's own print of a command, as `set -x` asks for.
TRACED = re.compile(r"\++ ")


def is_log(written: str) -> bool:
    """Tell a log from a document: the time in front of a line can stand in brackets."""
    has_marks = START in written or STARTING.search(written)
    return bool(has_marks or re.match(TIME, written.lstrip()))


@dataclass(frozen=True)
class Defaults:
    """What holds for a log that does not say it; `is_id_given`: by the caller, not the name."""

    build_id: str | None
    is_id_given: bool
    region: str | None


@dataclass
class Block:
    """The lines between two markers, and where they began."""

    line: int
    step: str
    lead: re.Pattern[str]
    parts: list[str] = field(default_factory=list)
    size: int = 0


@dataclass
class Build:
    """A build of a log; `build_id` is None until a line or the caller names it."""

    build_id: str | None
    status: str | None = None
    is_log: bool = False
    blocks: list[Samples] = field(default_factory=list)


def read_log(
    collected: BuildsRead,
    lines: Iterable[Line],
    name: str,
    defaults: Defaults,
) -> None:
    """Keep the builds of a log: one for each line that starts one, or one under the default id.

    Raises UsageError for samples of a build that nothing names.
    """
    for build in _builds(collected, lines, defaults.build_id, name):
        if build.build_id is None:
            if build.is_log or build.blocks:
                raise UsageError(f"{name} names no build", "give --build-id")
            continue
        if not (build.blocks or build.is_log or defaults.is_id_given):
            continue
        samples = _longest(collected, build, name)
        facts = {"region": defaults.region, "status": build.status}
        collected.add_report(report_row(build.build_id, len(samples), **facts))
        collected.add_samples(build.build_id, samples, f"{name}, build {build.build_id}")


def _builds(
    collected: BuildsRead, lines: Iterable[Line], fallback_id: str | None, name: str
) -> Iterator[Build]:
    build, block = Build(fallback_id), None
    for line in lines:
        collected.tally.lines += 1
        where = f"{name}:{line.number}"
        if line.is_cut:
            collected.reject(build.build_id, TOO_LONG, line.text, where)
            continue
        started = STARTING.search(line.text)
        if started:
            _close_block(collected, build, block, name)
            block = None
            if build.is_log or build.blocks:
                yield build
            build = Build(started[1], is_log=True)
            continue
        block = _take(collected, build, block, line, name)
    _close_block(collected, build, block, name)
    yield build


def _take(
    collected: BuildsRead, build: Build, block: Block | None, line: Line, name: str
) -> Block | None:
    """Take one line; give the block that is open after it."""
    rest: str | None = line.text
    start = line.text.find(START)
    # The command that prints the markers is printed as well: there no JSON follows.
    if start >= 0 and line.text[start + len(START) :].strip()[:1] in ("", "{", "["):
        _close_block(collected, build, block, name)
        block = _open_block(line.text[:start], line.number)
        rest = line.text[start + len(START) :]
    elif block is None or _outcome(line.text):
        _close_block(collected, build, block, name)
        _take_outside(collected, build, line, name)
        return None
    else:
        rest = _inside(collected, block, line.text)
    if rest is None:
        return block
    end = rest.find(END)
    block.parts.append(rest if end < 0 else rest[:end])
    block.size += len(block.parts[-1])
    if end < 0 and block.size < MAX_BLOCK:
        return block
    _end_block(collected, build, block, name)
    return None


def _take_outside(collected: BuildsRead, build: Build, line: Line, name: str) -> None:
    if END in line.text and PREFIX.sub("", line.text, count=1).strip() == END:
        collected.reject(build.build_id, NO_START, line.text, f"{name}:{line.number}")
    else:
        _note(collected, build, line.text)


def _inside(collected: BuildsRead, block: Block, text: str) -> str | None:
    """Give what a line adds to a block, None where nothing."""
    prefix = PREFIX.match(text)
    if prefix and (prefix["step"] or "") != block.step:
        collected.tally.skipped["line of another step"] += 1
        return None
    rest = text[prefix.end() if prefix else 0 :]
    lead = block.lead.match(rest)
    rest = rest[lead.end() if lead else 0 :]
    if TRACED.match(rest):
        collected.tally.skipped["command printed by the shell"] += 1
        return None
    return rest


def _open_block(before: str, line: int) -> Block:
    """Learn from what stands before the marker what to take away from the lines that follow."""
    prefix = PREFIX.match(before)
    step = (prefix["step"] or "") if prefix else ""
    custom = before[prefix.end() if prefix else 0 :]
    return Block(line, step, re.compile(re.sub(r"\d+", r"\\d+", re.escape(custom))))


def _note(collected: BuildsRead, build: Build, text: str) -> None:
    """Learn from a line outside the markers how the build ended."""
    outcome = _outcome(text)
    build.status = outcome or build.status
    if outcome or CLOUD_BUILD.match(_without_time(text)):
        build.is_log = True
    collected.tally.skipped["line outside the markers"] += 1


def _outcome(text: str) -> str | None:
    """Give the status that a line of Cloud Build itself, or of gcloud, ends a build with."""
    words = _without_time(text)
    if words in OUTCOMES:
        return OUTCOMES[words]
    said = SAID.fullmatch(words)
    if said:
        return said["status"]
    return next((status for start, status in ENDINGS if words.startswith(start)), None)


def _without_time(text: str) -> str:
    return re.sub(rf"^{TIME}", "", text).strip()


def _close_block(collected: BuildsRead, build: Build, block: Block | None, name: str) -> None:
    """End a block whose end marker never came."""
    if block is None or not "".join(block.parts).strip():
        return
    _end_block(collected, build, block, name, NO_END)


def _end_block(
    collected: BuildsRead, build: Build, block: Block, name: str, problem: str | None = None
) -> None:
    written = "\n".join(block.parts)
    where = f"{name}:{block.line}"
    samples, is_cut = _samples(written)
    if samples is None:
        collected.reject(build.build_id, problem or "no JSON between the markers", written, where)
        return
    if is_cut or problem:
        reason = CUT if is_cut else problem or CUT
        collected.reject(build.build_id, reason, end_of(written), where)
    build.blocks.append(samples)


def _samples(written: str) -> tuple[Samples | None, bool]:
    try:
        document, is_cut = read_document(written)
    except NotJSONError:
        return None, False
    return samples_in(document), is_cut


def _longest(collected: BuildsRead, build: Build, name: str) -> Samples:
    """Give the longest block: a log can print one block twice, or a beginning of it."""
    longest = max(build.blocks, key=len, default=[])
    for block in build.blocks:
        if block != longest[: len(block)]:
            where = f"{name}, build {build.build_id}"
            collected.reject(build.build_id, DIFFERS, str(len(block)) + " samples", where)
    return longest
