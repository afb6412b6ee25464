"""Kubernetes pods and events as `kubectl get ... -o json` lists them. No env of a pod is read."""

from collections.abc import Callable, Iterator
from typing import Any

from headroom.hooks.failures.collected import KUBERNETES_EVENTS, PODS, Collected
from headroom.hooks.failures.objects import Fields, first, part
from headroom.hooks.failures.pods import pod_row
from headroom.hooks.failures.values import Problems, count, instant, text
from headroom.hooks.rejects import digest
from headroom.hooks.values import BadValueError

MAX_LISTS = 3


def is_listing(document: Any) -> bool:
    """Tell a listing, or a single object, by its kind, or by those of its items.

    kubectl writes a listing's own kind behind its items, where a cut takes it away.
    """
    if not isinstance(document, dict):
        return False
    items = document.get("items")
    found = [document, *items] if isinstance(items, list) else [document]
    return any(isinstance(one, dict) and isinstance(one.get("kind"), str) for one in found)


def without_last(document: Any) -> list[Any]:
    """Give a listing that was cut off without its last item, of which a part may be missing."""
    items = document.get("items") if isinstance(document, dict) else None
    kept = items[:-1] if isinstance(items, list) else []
    return [{**document, "items": kept}] if kept else []


def read_listing(collected: Collected, document: Fields, source: str, where: str) -> None:
    """Keep the pods and events of a listing; other kinds are counted and passed over."""
    for place, (kind, item) in enumerate(_items(document, MAX_LISTS)):
        if kind not in READERS:
            collected.report.skipped[f"object of another kind: {kind[:50]}"] += 1
            continue
        collected.report.lines += 1
        here = f"{where}, item {place}"
        reader, table = READERS[kind]
        problems = Problems()
        try:
            if not isinstance(item, dict):
                raise BadValueError("the item is no object")
            row = reader(item, source, problems)
        except BadValueError as error:
            collected.reject(None, f"{kind}: {error}", "", here)
            continue
        collected.add(table, row)
        subject = row.get("pod_name") or row.get("object_name")
        for reason, excerpt in problems.found:
            collected.reject(subject, f"{kind}: {reason}; the row is kept", excerpt, here)


def _items(document: Fields, depth: int) -> Iterator[tuple[str, Any]]:
    kind = str(document.get("kind") or "")
    items = document.get("items")
    if not isinstance(items, list):
        yield kind, document
        return
    for item in items:
        own = item.get("kind") if isinstance(item, dict) else None
        if isinstance(own, str) and own.endswith("List") and depth:
            yield from _items(item, depth - 1)
        else:
            yield str(own or kind.removesuffix("List")), item


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
    seen = first(event.get("eventTime"), metadata.get("creationTimestamp"))
    first_seen = first(event.get("firstTimestamp"), event.get("deprecatedFirstTimestamp"), seen)
    last_seen = first(
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
        "first_seen_at": problems.read(instant, "first time", first_seen),
        "last_seen_at": problems.read(instant, "last time", last_seen),
        "node_name": text(first(old.get("host"), instance)),
    }


READERS: dict[str, tuple[Callable[[Fields, str, Problems], Fields], str]] = {
    "Pod": (pod_row, PODS),
    "Event": (_event_row, KUBERNETES_EVENTS),
}
