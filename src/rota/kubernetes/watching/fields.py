"""Parts of Kubernetes objects, which may lack any field that is not required of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Fields = Mapping[str, Any]


def epoch(text: object) -> float | None:
    """Return an RFC 3339 instant as an epoch time; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.timestamp()


def part(found: Fields, *names: str) -> Fields:
    """Return the mapping below `names`, empty where there is none."""
    for name in names:
        inner = found.get(name)
        found = inner if isinstance(inner, Mapping) else {}
    return found


def parts(found: Fields, name: str) -> Sequence[Fields]:
    """Return the mappings in the list `name`."""
    listed = found.get(name)
    return [each for each in listed if isinstance(each, Mapping)] if listed else []


def metadata(found: Fields) -> Fields:
    """Return an object's metadata."""
    return part(found, "metadata")


def uid(found: Fields) -> str:
    """Return the identity that no other object has or will have."""
    return str(metadata(found).get("uid", ""))


def name_of(found: Fields) -> str:
    """Return an object's name."""
    return str(metadata(found).get("name", ""))


def created_at(found: Fields) -> float:
    """Return when an object was made; 0 where it does not say."""
    return epoch(metadata(found).get("creationTimestamp")) or 0.0


def owner(found: Fields, kind: str) -> Fields:
    """Return the reference to the object that controls this one, where it is of `kind`."""
    for reference in parts(metadata(found), "ownerReferences"):
        if reference.get("controller") and reference.get("kind") == kind:
            return reference
    return {}


def true_condition(found: Fields, kind: str) -> Fields | None:
    """Return the condition `kind` of an object's status where it is true."""
    for condition in parts(part(found, "status"), "conditions"):
        if condition.get("type") == kind and condition.get("status") == "True":
            return condition
    return None


def sentence(*texts: object) -> str | None:
    """Return `Reason: message` of those texts that are there, on one line; None without any."""
    return ": ".join(_present(texts)) or None


def _present(texts: Sequence[object]) -> Iterator[str]:
    for text in texts:
        if isinstance(text, str) and text.strip():
            yield " ".join(text.split())
