"""Kubernetes pods and events as `kubectl get ... -o json` lists them. No env of a pod is read."""

from collections.abc import Iterator
from typing import Any

from headroom.landed.rejects import digest
from headroom.loads.failures.failures_read import KUBERNETES_EVENTS, POD_ENDS, PODS, FailuresRead
from headroom.loads.failures.objects import Fields, first, part
from headroom.loads.failures.pods import pod_rows
from headroom.loads.failures.values import Problems, count, first_time, listed_instant, text
from headroom.reading.values import BadValueError

MAX_LISTS = 3
CHANGES = ("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR")
# How a watch that lasted too long ends: the server keeps changes for minutes only.
EXPIRED = frozenset({"Expired", "Gone"})
TABLE = "a table of the API server, not a listing: list again with `-o json`"


def is_listing(document: Any) -> bool:
    """Tell a listing, an item of a watch, or a single object, by its kind or by its fields.

    kubectl writes a listing's own kind behind its items, where a cut takes it away.
    """
    if _own_kind(document) is not None or _is_change(document):
        return True
    return any(kind for kind, _ in _items(_as_list(document), MAX_LISTS))


def _as_list(document: Any) -> Any:
    """Take a plain list, such as jq cuts out of a listing, for a listing."""
    return {"items": document} if isinstance(document, list) else document


def without_last(document: Any) -> list[Any]:
    """Give a listing that was cut off without its last item, of which a part may be missing."""
    document = _as_list(document)
    items = document.get("items") if isinstance(document, dict) else None
    kept = items[:-1] if isinstance(items, list) else []
    return [{**document, "items": kept}] if kept else []


def read_listing(collected: FailuresRead, document: Any, source: str, where: str) -> None:
    """Keep the pods and events of a listing; other kinds are counted and passed over."""
    for place, (kind, item) in enumerate(_items(_as_list(document), MAX_LISTS)):
        here = f"{where}, item {place}"
        if kind == "Table":
            collected.reject(None, TABLE, "", here)
        elif kind == "Status":
            _read_status(collected, item, here)
        elif kind not in ("Pod", "Event"):
            collected.tally.skipped[f"object of another kind: {kind[:50]}"] += 1
        else:
            collected.tally.lines += 1
            _read_item(collected, kind, item, source, here)


def _read_item(collected: FailuresRead, kind: str, item: Any, source: str, here: str) -> None:
    problems = Problems()
    ends: list[Fields] = []
    try:
        if not isinstance(item, dict):
            raise BadValueError("the item is not an object")
        if kind == "Pod":
            row, ends = pod_rows(item, source, problems)
        else:
            row = _event_row(item, source, problems)
    except BadValueError as error:
        collected.reject(None, f"{kind}: {error}", "", here)
        return
    collected.add(PODS if kind == "Pod" else KUBERNETES_EVENTS, row)
    for end in ends:
        collected.add(POD_ENDS, end)
    subject = row.get("pod_name") or row.get("object_name")
    for reason, excerpt in problems.found:
        collected.reject(subject, f"{kind}: {reason}; the row is kept", excerpt, here)


def _read_status(collected: FailuresRead, status: Any, here: str) -> None:
    """Name an answer of the API server that is an error, or the end of a watch."""
    reason = text(status.get("reason")) if isinstance(status, dict) else None
    if reason in EXPIRED:
        collected.tally.skipped["end of a watch that lasted too long"] += 1
    elif isinstance(status, dict) and status.get("status") == "Success":
        collected.tally.skipped["object of another kind: Status"] += 1
    else:
        said = f"the API server answered with an error: {(reason or 'no reason given')[:50]}"
        collected.reject(None, said, "", here)


def _items(document: Any, depth: int, kind: str = "") -> Iterator[tuple[str, Any]]:
    """Give the objects of a listing with their kinds: their own, their list's, or by their fields.

    A change of a watch stands for its object; a bookmark is passed over.
    """
    if _is_change(document):
        if document["type"] == "BOOKMARK":
            return
        document = document["object"]
    own = _own_kind(document)
    items = document.get("items") if isinstance(document, dict) else None
    is_list = own.endswith("List") if own is not None else depth == MAX_LISTS
    if isinstance(items, list) and is_list and depth:
        for item in items:
            yield from _items(item, depth - 1, (own or "").removesuffix("List"))
    else:
        yield own or kind or _kind_by_fields(document), document


def _is_change(document: Any) -> bool:
    """Tell what a watch writes: a kind of change, and the object as it is then."""
    return (
        isinstance(document, dict)
        and document.get("type") in CHANGES
        and isinstance(document.get("object"), dict)
    )


def _own_kind(document: Any) -> str | None:
    kind = document.get("kind") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else None


def _kind_by_fields(item: Any) -> str:
    """Tell what an object is that does not say its kind."""
    if part(item, "involvedObject") or part(item, "regarding"):
        return "Event"
    spec, status = part(item, "spec"), part(item, "status")
    is_pod = isinstance(spec.get("containers"), list) or "containerStatuses" in status
    return "Pod" if is_pod and part(item, "metadata") else ""


def _event_row(event: Fields, source: str, problems: Problems) -> Fields:
    """Read an event of core/v1 or of events.k8s.io/v1."""
    about = part(event, "involvedObject") or part(event, "regarding")
    metadata, series = part(event, "metadata"), part(event, "series")
    old = part(event, "source") or part(event, "deprecatedSource")
    namespace = text(first(about.get("namespace"), metadata.get("namespace")))
    uid, name = text(metadata.get("uid")), text(metadata.get("name"))
    if uid is None and name is None:
        raise BadValueError("it has neither uid nor name")
    controller = first(event.get("reportingComponent"), event.get("reportingController"))
    instance = event.get("reportingInstance") if controller == "kubelet" else None
    seen = first_time(event.get("eventTime"), metadata.get("creationTimestamp"))
    first_seen = first_time(
        event.get("firstTimestamp"), event.get("deprecatedFirstTimestamp"), seen
    )
    last_seen = first_time(
        series.get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("deprecatedLastTimestamp"),
        seen,
        first_seen,
    )
    times = first(series.get("count"), event.get("count"), event.get("deprecatedCount"))
    return {
        "event_key": digest(uid or f"{namespace or ''}\x1f{name}"),
        "source": source,
        "namespace": namespace,
        "object_kind": text(about.get("kind")),
        "object_name": text(about.get("name")),
        "object_uid": text(about.get("uid")),
        "event_type": text(event.get("type")),
        "reason": text(event.get("reason")),
        "message": text(first(event.get("message"), event.get("note"))),
        "event_count": max(problems.read(count, "count", times) or 1, 1),
        "first_seen_at": problems.read(listed_instant, "first time", first_seen),
        "last_seen_at": problems.read(listed_instant, "last time", last_seen),
        "node_name": text(first(old.get("host"), instance)),
    }
