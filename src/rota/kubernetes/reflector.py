"""The objects of one kind as they are now, kept up to date: list, find the differences, watch.

What happens while the watch is interrupted is replayed by the API server from the version where it
broke off. Only where that version is no longer kept (410) is everything listed anew; what came and
went in between was then seen by nobody, and that stretch of time is reported as a gap.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from rota.kubernetes.api_errors import ApiServerError, ApiServerRefusedError
from rota.kubernetes.listing import PAGE_OBJECTS, Gets, each_page
from rota.kubernetes.resources import Resource
from rota.model.clock import Clock

_logger = logging.getLogger(__name__)

# A server that has nothing to say sends no bookmark either, so it is asked to end each watch in
# order after a minute: a watch that ends so has missed nothing.
WATCH_SECONDS = 60
SILENCE_SECONDS = 90.0
# One that ends sooner, with nothing, proves nothing.
_SHORTEST_WATCH_SECONDS = 5.0
SHORTEST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
_MOST_DOUBLINGS = 10

Object = Mapping[str, Any]


class Source(Gets, Protocol):
    """The part of a connection that a reflector needs."""

    def watch(
        self,
        path: str,
        parameters: dict[str, str | int],
        *,
        silence_seconds: float,
        on_open: Callable[[], None],
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a watch until the server ends it in order. Raises ApiServerError.

        `on_open` is called when the server has begun to answer.
        """
        ...


class ChangeKind(Enum):
    """What happened to an object; `VANISHED` was deleted while nobody looked."""

    PRESENT = "present"
    DELETED = "deleted"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Change:
    """An object that is there, in a new version, or was there, as it was last seen."""

    kind: ChangeKind
    resource: Resource
    found: Object


class Listener(Protocol):
    """Hears of everything that happens, in order."""

    def changed(self, change: Change) -> None:
        """Take note of a change."""
        ...

    def listed(self, resource: Resource, gap: tuple[float, float] | None) -> None:
        """Take note that all objects are listed, and what stretch of time nobody saw."""
        ...


@dataclass(slots=True)
class WatchHealth:
    """How a watch is doing. `heard_at` is when the API server was last heard, an epoch time.

    Up to then nothing was missed but the gaps. `error` is why it is not connected.
    """

    connected: bool = False
    heard_at: float | None = None
    error: str | None = None
    relists: Counter[str] = field(default_factory=Counter)


def pause_seconds(failures: int, chance: float) -> float:
    """Return how long to wait after so many failures in a row; `chance` is between 0 and 1."""
    longest = SHORTEST_PAUSE_SECONDS * 2.0 ** min(failures, _MOST_DOUBLINGS)
    longest = min(LONGEST_PAUSE_SECONDS, longest)
    return SHORTEST_PAUSE_SECONDS + chance * (longest - SHORTEST_PAUSE_SECONDS)


class Reflector:
    """Follows the objects of one kind in one namespace, those that `selector` chooses.

    `keep` returns what is to be kept and passed on of an object.
    """

    def __init__(
        self,
        source: Source,
        resource: Resource,
        namespace: str,
        listener: Listener,
        clock: Clock,
        *,
        selector: str | None = None,
        field_selector: str | None = None,
        keep: Callable[[Object], Object] = lambda found: found,
        silence_seconds: float = SILENCE_SECONDS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.resource = resource
        self.health = WatchHealth()
        self._source = source
        self._namespace = namespace
        self._listener = listener
        self._clock = clock
        self._selectors: dict[str, str | int] = {}
        if selector:
            self._selectors["labelSelector"] = selector
        if field_selector:
            self._selectors["fieldSelector"] = field_selector
        self._keep = keep
        self._silence_seconds = silence_seconds
        self._sleep = sleep
        self._objects: dict[str, Object] = {}
        self._version: str | None = None
        self._relist_because = "start"

    async def run(self) -> None:
        """Follow until cancelled; whatever the API server does, it is asked again."""
        failures = 0
        while True:
            failures += 1
            try:
                if self._version is None:
                    await self._list()
                if await self._watch():
                    failures = 0
            except ApiServerError as error:
                self._failed(str(error))
                if isinstance(error, ApiServerRefusedError) and error.is_gone:
                    self._version, self._relist_because = None, "expired"
            await self._sleep(pause_seconds(failures, random.random()))  # noqa: S311 (no secret)

    async def _list(self) -> None:
        try:
            objects, version = await self._pages(PAGE_OBJECTS)
        except ApiServerRefusedError as error:
            if not error.is_gone:
                raise
            # A page took longer than the version of the first one is kept: all at once, then.
            objects, version = await self._pages(None)
        self._tell_differences(objects)
        now = self._clock.timestamp()
        gap = None if self.health.heard_at is None else (self.health.heard_at, now)
        self._version = version
        self.health.heard_at = now
        self.health.relists[self._relist_because] += 1
        self._listener.listed(self.resource, gap)

    async def _pages(self, limit: int | None) -> tuple[dict[str, Object], str]:
        objects: dict[str, Object] = {}
        version = ""
        pages = each_page(
            self._source, self.resource, self._namespace, limit=limit, selectors=self._selectors
        )
        async for page in pages:
            objects.update((_uid(found), self._keep(found)) for found in page.items)
            version = page.resource_version
        if not version:
            raise ApiServerError(f"a list of {self.resource.plural} without a version")
        return objects, version

    def _tell_differences(self, objects: dict[str, Object]) -> None:
        before, self._objects = self._objects, objects
        for uid, found in before.items():
            if uid not in objects:
                self._listener.changed(Change(ChangeKind.VANISHED, self.resource, found))
        for uid, found in objects.items():
            known = before.get(uid)
            if known is None or _version(known) != _version(found):
                self._listener.changed(Change(ChangeKind.PRESENT, self.resource, found))

    async def _watch(self) -> bool:
        """Follow the events from the known version on; return whether it proved anything."""
        began, heard = asyncio.get_running_loop().time(), False
        parameters: dict[str, str | int] = {
            **self._selectors,
            "resourceVersion": self._version or "",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": WATCH_SECONDS,
        }
        events = self._source.watch(
            self.resource.path(self._namespace),
            parameters,
            silence_seconds=self._silence_seconds,
            on_open=self._opened,
        )
        async for event in events:
            self._take(event)
            heard = True
            self.health.heard_at = self._clock.timestamp()
        if asyncio.get_running_loop().time() - began >= _SHORTEST_WATCH_SECONDS:
            heard = True
            self.health.heard_at = self._clock.timestamp()
        return heard

    def _opened(self) -> None:
        if self.health.error is not None:
            _logger.info("watch.restored", extra={"kind": self.resource.kind})
        self.health.connected, self.health.error = True, None

    def _failed(self, error: str) -> None:
        # Once for each trouble: it is asked again every few seconds, for hours perhaps.
        if error != self.health.error:
            _logger.warning("watch.failed", extra={"kind": self.resource.kind, "error": error})
        self.health.connected, self.health.error = False, error

    def _take(self, event: Object) -> None:
        kind, found = event.get("type"), event.get("object")
        if not isinstance(found, dict):
            raise ApiServerError(f"an event of {self.resource.plural} without an object")
        if kind == "ERROR":
            code = found.get("code")
            message = str(found.get("message", ""))
            raise ApiServerRefusedError(code if isinstance(code, int) else 500, message)
        found = self._keep(found)
        uid = _uid(found)
        if kind in ("ADDED", "MODIFIED"):
            self._objects[uid] = found
            self._listener.changed(Change(ChangeKind.PRESENT, self.resource, found))
        elif kind == "DELETED":
            self._objects.pop(uid, None)
            self._listener.changed(Change(ChangeKind.DELETED, self.resource, found))
        self._version = _version(found) or self._version


def _uid(found: Object) -> str:
    metadata = found.get("metadata") or {}
    return str(metadata.get("uid") or metadata.get("name", ""))


def _version(found: Object) -> str:
    return str((found.get("metadata") or {}).get("resourceVersion", ""))
