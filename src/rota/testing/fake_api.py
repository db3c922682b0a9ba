"""A Business API in memory, which counts effects apart from calls."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from rota.model.clock import instant, rfc3339
from rota.net.exchange import PlainAnswer, PlainRequest
from rota.testing.contract import Contract
from rota.testing.operations import Refusal
from rota.testing.reference_api import ReferenceApi

_KEY_HEADER = "idempotency-key"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What these do twice in a row, they have done once.
_REPEATABLE = frozenset({"PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request as a route of FakeApi gets it. `parts` are what `{names}` in its path stand for."""

    method: str
    path: str
    query: Mapping[str, str]
    parts: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body; None if it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `json`, or `body` as bytes, or nothing."""

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request that arrived. `effect`: something was done for it that was not done before.

    `key` is its Idempotency-Key; `time` is in RFC 3339.
    """

    time: str
    method: str
    path: str
    status: int
    key: str | None
    effect: bool

    @property
    def operation(self) -> str:
        """The name of its effect, as in `POST /api/v1/orders/7/remind`."""
        return f"{self.method} {self.path}"


Answer = Any
"""A Reply, or what is sent as JSON with status 200; None is an empty 204."""
Handler = Callable[[ApiRequest], Answer]


class FakeApi:
    """Answers what `on` says, and the requests of the reference tasks.

    `calls` are the requests that arrived, `effects` counts by operation what was done. A POST or
    PATCH with an Idempotency-Key that was used gets the answer from then, and has no effect.
    `pending` are the ids of notifications to be sent, `expired` is a number of records to clean up.
    Each answer takes `latency_seconds` of virtual time. `openapi` is the API's contract, a parsed
    OpenAPI 3 document or the path of a JSON file: a call outside of it is refused, an answer
    outside of it raises AssertionError, and its examples answer what no route does.
    """

    def __init__(
        self,
        *,
        pending: Iterable[str] = (),
        expired: int = 0,
        latency_seconds: float = 0.0,
        openapi: Mapping[str, Any] | str | Path | None = None,
    ) -> None:
        self.latency_seconds = latency_seconds
        self.calls: list[Call] = []
        self.effects: Counter[str] = Counter()
        self._contract = None if openapi is None else Contract(openapi)
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._answered: dict[str, tuple[str, bytes, PlainAnswer]] = {}
        self._latest: dict[str, tuple[str, bytes]] = {}
        reference = ReferenceApi(pending, expired)
        for method, path, handler in reference.routes():
            self.on(method, path, _with_reply(handler))

    def on(self, method: str, path: str, answer: Answer | Handler) -> "FakeApi":
        """Answer a method and a path, in which `{name}` is any one segment; return itself.

        `answer` is a Reply, or JSON, or a function that is called with the ApiRequest and returns
        either. The latest route that fits is taken.
        """
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        handler = answer if callable(answer) else lambda _: answer
        self._routes.insert(0, (method.upper(), re.compile(pattern), handler))
        return self

    def answer(self, request: PlainRequest, now: float) -> PlainAnswer:
        """Return the answer to a request that arrives at an epoch time."""
        path, _, query = request.target.partition("?")
        key = request.headers.get(_KEY_HEADER)
        operation = f"{request.method} {path}"
        repeated = self._answered.get(key or "") if request.method not in _SAFE else None
        if repeated is not None and repeated[:2] == (operation, request.body):
            self._note(request, path, now, repeated[2].status)
            return repeated[2]
        if repeated is not None:
            answer = _plain(Reply(422, {"error": f"this key was used for {repeated[0]}"}))
            self._note(request, path, now, answer.status)
            return answer
        answer = self._checked(request, path, query)
        effect = answer.status < 300 and self._is_new(request, path)  # noqa: PLR2004 (2xx)
        if effect:
            self.effects[operation] += 1
            self._latest[path] = (request.method, request.body)
            if key is not None:
                self._answered[key] = (operation, request.body, answer)
        self._note(request, path, now, answer.status, effect=effect)
        return answer

    def _checked(self, request: PlainRequest, path: str, query: str) -> PlainAnswer:
        """Return the answer to a request, both held to the contract if there is one."""
        if self._contract is None:
            return _plain(self._ask(request, path, query))
        operation = self._contract.operation_of(request)
        if isinstance(operation, Refusal):
            return _plain(Reply(operation.status, {"error": operation.text}))
        if self._route(request.method, path) is not None:
            answer = _plain(self._ask(request, path, query))
        else:
            example = self._contract.example(operation)
            if example is None:
                return _plain(self._ask(request, path, query))
            answer = _plain(Reply(*example))
        self._contract.check_answer(operation, answer)
        return answer

    def _route(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]] | None:
        for known, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if known == method and match is not None:
                return handler, match.groupdict()
        return None

    def refuse(self, request: PlainRequest, now: float) -> PlainAnswer:
        """Return 503, as an API that is out of order."""
        answer = _plain(Reply(503, {"error": "out of order"}))
        self._note(request, request.target.partition("?")[0], now, answer.status)
        return answer

    def _is_new(self, request: PlainRequest, path: str) -> bool:
        if request.method in _SAFE:
            return False
        same = self._latest.get(path) == (request.method, request.body)
        return not (request.method in _REPEATABLE and same)

    def _ask(self, request: PlainRequest, path: str, query: str) -> Answer:
        route = self._route(request.method, path)
        if route is not None:
            handler, parts = route
            return handler(
                ApiRequest(
                    method=request.method,
                    path=path,
                    query=dict(parse_qsl(query, keep_blank_values=True)),
                    parts={name: unquote(part) for name, part in parts.items()},
                    headers=request.headers,
                    body=request.body,
                )
            )
        missing = f"FakeApi has no {request.method} {path}"
        hint = f'add it: api.on("{request.method}", "{path}", {{}})'
        return Reply(404, {"error": f"{missing}; {hint}"})

    def _note(
        self, request: PlainRequest, path: str, now: float, status: int, *, effect: bool = False
    ) -> None:
        key = request.headers.get(_KEY_HEADER)
        time = rfc3339(instant(now))
        self.calls.append(Call(time, request.method, path, status, key, effect))


def _plain(answer: Answer) -> PlainAnswer:
    if answer is None:
        answer = Reply(204)
    reply = answer if isinstance(answer, Reply) else Reply(json=answer)
    if reply.body is not None:
        return PlainAnswer(reply.status, dict(reply.headers), reply.body)
    if reply.json is None:
        return PlainAnswer(reply.status, dict(reply.headers))
    headers = {"content-type": "application/json", **reply.headers}
    return PlainAnswer(reply.status, headers, json.dumps(reply.json).encode())


def _with_reply(
    handler: Callable[[Mapping[str, str], Mapping[str, str]], tuple[int, Any]],
) -> Handler:
    return lambda request: Reply(*handler(request.parts, request.query))
