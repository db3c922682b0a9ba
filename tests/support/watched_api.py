"""An API server in memory for one collection: lists, watches, and what goes wrong with them."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from rota.kubernetes.api_errors import ApiServerRefusedError, ApiServerUnreachableError


def pod(name, version, **more):
    return {
        "metadata": {"name": name, "uid": name, "resourceVersion": str(version)},
        "spec": more,
    }


def event(kind, name, version, **more):
    return {"type": kind, "object": pod(name, version, **more)}


def bookmark(version):
    return {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(version)}}}


def error_event(code, message="too old resource version"):
    return {"type": "ERROR", "object": {"kind": "Status", "code": code, "message": message}}


def listing(version, *objects, following=None):
    metadata = {"resourceVersion": str(version)}
    if following:
        metadata["continue"] = following
    return {"metadata": metadata, "items": list(objects)}


GONE = ApiServerRefusedError(410, "too old resource version")
REFUSED = ApiServerRefusedError(403, "pods is forbidden")
UNREACHABLE = ApiServerUnreachableError("the API server at x cannot be reached: Connection refused")


class ScriptedApi:
    """Answers the requests in turn: a mapping is a list, a sequence a watch, an error is raised.

    In a watch an error breaks off; `HANG` stays. Once the script is at its end, watches stay.
    """

    HANG = object()

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []
        self.silence_seconds = None

    async def get(self, path, parameters):
        answer = self._next("list", parameters)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def watch(self, path, parameters, *, silence_seconds, on_open):
        self.silence_seconds = silence_seconds
        answer = self._next("watch", parameters)
        if isinstance(answer, Exception):
            raise answer
        on_open()
        for each in answer:
            if isinstance(each, Exception):
                raise each
            if each is self.HANG:
                await asyncio.Event().wait()
            yield each

    def _next(self, kind, parameters):
        self.asked.append((kind, dict(parameters)))
        return self.script.pop(0) if self.script else [self.HANG]

    @property
    def versions(self):
        """The version that each watch began at."""
        return [asked["resourceVersion"] for kind, asked in self.asked if kind == "watch"]


def query(target):
    return {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}


class FakeCluster:
    """An API server in memory for all collections of a namespace: lists, and watches of changes."""

    def __init__(self):
        self.version = 1
        self.objects = {}
        self.refused = set()
        self._watches = []

    def put(self, resource, *objects):
        for found in objects:
            self.version += 1
            metadata = {**found["metadata"], "resourceVersion": str(self.version)}
            kept = {**found, "metadata": metadata}
            self.objects.setdefault(resource.plural, {})[metadata["uid"]] = kept
            self._tell(resource.plural, {"type": "MODIFIED", "object": kept})

    def delete(self, resource, found):
        kept = self.objects[resource.plural].pop(found["metadata"]["uid"])
        self._tell(resource.plural, {"type": "DELETED", "object": kept})

    def bookmark(self):
        """Let every watch hear that nothing is missing."""
        for plural in self.watched:
            self._tell(plural, bookmark(self.version))

    def expire(self):
        """End every watch; none can be resumed."""
        for _, queue in self._watches:
            queue.put_nowait(error_event(410))
        self._watches.clear()

    @property
    def watched(self):
        """The collections that are watched now."""
        return {plural for plural, _ in self._watches}

    @property
    def is_told(self):
        """Whether nothing waits to be read by a watch."""
        return all(queue.empty() for _, queue in self._watches)

    def _tell(self, plural, told):
        for watched, queue in self._watches:
            if watched == plural:
                queue.put_nowait(told)

    async def get(self, path, parameters):
        plural = path.rpartition("/")[2]
        if plural in self.refused:
            raise ApiServerRefusedError(403, f"{plural} is forbidden")
        return listing(self.version, *self.objects.get(plural, {}).values())

    async def watch(self, path, parameters, *, silence_seconds, on_open):
        if path.rpartition("/")[2] in self.refused:
            raise ApiServerRefusedError(403, "no watch either")
        watch = (path.rpartition("/")[2], asyncio.Queue())
        self._watches.append(watch)
        on_open()
        try:
            while True:
                yield await watch[1].get()
        finally:
            if watch in self._watches:
                self._watches.remove(watch)
