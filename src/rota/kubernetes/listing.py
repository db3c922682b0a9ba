"""Lists of objects, a page at a time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rota.kubernetes.api_errors import ApiServerError
from rota.kubernetes.resources import Resource

PAGE_OBJECTS = 500


class Gets(Protocol):
    """The part of a connection that a list needs."""

    async def get(self, path: str, parameters: dict[str, str | int]) -> dict[str, Any]:
        """Return the object at `path`. Raises ApiServerError."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a list, and the version of the collection that they were read at."""

    items: Sequence[dict[str, Any]]
    resource_version: str


async def each_page(
    connection: Gets,
    resource: Resource,
    namespace: str | None,
    *,
    limit: int | None = PAGE_OBJECTS,
    selectors: Mapping[str, str | int] | None = None,
) -> AsyncIterator[Page]:
    """Yield the pages of a list; all are of the version of the first. Raises ApiServerError.

    `namespace` None is all of them; `limit` is how many objects a page has, None for all of them;
    `selectors` are parameters.
    """
    parameters: dict[str, str | int] = {**(selectors or {})}
    if limit is not None:
        parameters["limit"] = limit
    path = resource.path(namespace)
    while True:
        answer = await connection.get(path, parameters)
        metadata, items = answer.get("metadata") or {}, answer.get("items") or []
        if not isinstance(metadata, dict) or not isinstance(items, list):
            raise ApiServerError(f"what answers at {path} is not a list of objects")
        yield Page(items, str(metadata.get("resourceVersion", "")))
        following = metadata.get("continue")
        if not following:
            return
        parameters["continue"] = following
