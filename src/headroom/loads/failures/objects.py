"""Reaching into objects of JSON of which any part may be missing or of another kind."""

from typing import Any

Fields = dict[str, Any]


def part(fields: Any, *names: str) -> Fields:
    """Give an object within objects; an empty one without it."""
    for name in names:
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields if isinstance(fields, dict) else {}


def first(*values: Any) -> Any:
    """Give the first value that is there."""
    return next((value for value in values if value not in (None, "")), None)


def objects(fields: Fields, name: str) -> list[Fields]:
    """Give the objects of a list; an empty list without it."""
    found = fields.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
