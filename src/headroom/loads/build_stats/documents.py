"""Build stats that are one JSON document: campaign_stats.json, or a bare samples file."""

from collections.abc import Iterator
from typing import Any

from headroom.landed.rejects import excerpt_of
from headroom.loads.build_stats.builds_read import BuildsRead, Samples
from headroom.loads.build_stats.facts import (
    DURATIONS,
    REPORTED_NUMBERS,
    TIMES,
    further,
    report_row,
    seconds,
    text,
)
from headroom.loads.build_stats.fields import is_sample
from headroom.reading.tolerant_json import NotJSONError, read_json
from headroom.reading.values import BadValueError, instant, number

CUT = "the JSON is cut off; what is complete was loaded"
NOT_A_FORM = "neither builds nor samples in it"
NO_REGIONS = "regions is not an object that holds one for each region"
NO_LIST = "recent_builds is not a list of builds"
RegionalBuild = tuple[str | None, Any]


def is_campaign(document: Any) -> bool:
    """Tell campaign_stats.json by its regions or recent builds."""
    return isinstance(document, dict) and ("regions" in document or "recent_builds" in document)


def samples_in(document: Any) -> Samples | None:
    """Give the samples of a document: a list, an object with `samples`, or one sample."""
    if isinstance(document, dict):
        if "samples" in document:
            document = document["samples"]
        elif is_sample(document):
            document = [document]
    return document if isinstance(document, list) else None


def read_document(written: str) -> tuple[Any, bool]:
    """Give a document, or the list of what stands one a line, and whether it was cut off.

    Raises NotJSONError.
    """
    try:
        document, is_cut = read_json(written)
    except NotJSONError:
        document, is_cut = None, True
    if not is_cut:
        return document, False
    # Only line feeds part lines: JSON may hold other separators as they are.
    by_line = _read_lines([line for line in written.split("\n") if line.strip()])
    if by_line is not None:
        return by_line
    if document is None:
        raise NotJSONError
    return document, True


def _read_lines(lines: list[str]) -> tuple[list[Any], bool] | None:
    """Read one value a line; None where the lines are pieces of one document."""
    values: list[Any] = []
    for line in lines:
        try:
            value, is_cut = read_json(line)
        except NotJSONError:
            value, is_cut = None, True
        # A bad line keeps its place, where it is rejected as text.
        values.append(line if is_cut else value)
    good = [isinstance(value, dict) for value in values]
    if not (good and (good[0] or sum(good) * 2 > len(good))):
        return None
    return (values, False) if good[-1] else (values[:-1], True)


def add_campaign(collected: BuildsRead, document: Any, region: str | None, where: str) -> None:
    """Keep every build of campaign_stats.json."""
    for named, build in _builds(collected, document, where):
        try:
            _add_build(collected, build, named or region, where)
        except BadValueError as error:
            build_id = build.get("build_id") if isinstance(build, dict) else None
            known = build_id if isinstance(build_id, str) else None
            collected.reject(known, str(error), excerpt_of(build), where)


def _builds(collected: BuildsRead, document: dict[str, Any], where: str) -> Iterator[RegionalBuild]:
    regions = document.get("regions", {})
    if not isinstance(regions, dict):
        collected.reject(None, NO_REGIONS, excerpt_of(regions), where)
        regions = {}
    lists = [(region, content, f"{where}, region {region}") for region, content in regions.items()]
    if "recent_builds" in document:
        lists.append((None, document, where))
    for region, content, place in lists:
        builds = content.get("recent_builds") if isinstance(content, dict) else content
        if isinstance(builds, list):
            yield from ((region, build) for build in builds)
        else:
            collected.reject(None, NO_LIST, excerpt_of(content), place)


def _add_build(collected: BuildsRead, build: Any, region: str | None, where: str) -> None:
    if not isinstance(build, dict):
        raise BadValueError("the build is not an object")
    build_id = text("build_id", build.get("build_id"))
    if build_id is None:
        raise BadValueError("the build has no build_id")
    samples = build.get("resource_samples")
    samples = samples if isinstance(samples, list) else []
    facts: dict[str, Any] = {}
    known = {"build_id", "region", "status", "resource_samples", "sample_count"}
    for read, columns in ((instant, TIMES), (seconds, DURATIONS)):
        for column, names in columns.items():
            name = next((name for name in names if build.get(name) is not None), None)
            if name:
                facts[column] = read(name, build[name])
                known.add(name)
    for name, (column, largest) in REPORTED_NUMBERS.items():
        facts[column] = number(name, build.get(name), largest)
    facts["status"] = text("status", build.get("status"))
    facts["region"] = text("region", build.get("region")) or text("region", region)
    facts["extra_fields"] = further(build, {*known, *REPORTED_NUMBERS})
    collected.add_report(report_row(build_id, len(samples), **facts))
    collected.add_samples(build_id, samples, f"{where}, build {build_id}")
