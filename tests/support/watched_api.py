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

    async def get(self, path, parameters):
        answer = self._next("list", parameters)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def watch(self, path, parameters, *, silence_seconds):
        answer = self._next("watch", parameters)
        if isinstance(answer, Exception):
            raise answer
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
