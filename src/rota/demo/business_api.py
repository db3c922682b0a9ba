"""The Business API that the reference tasks call, over HTTP, on a `DemoStore`.

    POST /api/v1/admin/cleanup                    {"deleted": n}
    GET  /api/v1/notifications?status=pending     {"items": [{"id": …, "status": …}], "next": …}
    POST /api/v1/notifications/{id}/send          {"id": …, "status": "sent"}
    POST /api/v1/operations/{name}                {"operation": name, "done": 1}
    POST /demo/notifications                      add pending ones: {"count": n} or {"ids": [...]}
    GET  /demo/calls, /demo/summary, /healthz

POSTs under /api honour `Idempotency-Key`. Errors are `{"error": "…"}`.
"""

import json
import re
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rota.demo.store import Answer, Call, DemoStore
from rota.model.clock import instant, rfc3339

MOST_ADDED_AT_ONCE = 10_000
_KEY_HEADER = "idempotency-key"
_CURSOR = re.compile(r"[0-9]{1,18}")


def create_app(store: DemoStore) -> Starlette:
    """Return the app; what it does is seen and set in `store`."""
    app = Starlette(
        routes=[
            Route("/api/v1/admin/cleanup", _clean_up, methods=["POST"]),
            Route("/api/v1/notifications", _list_pending),
            # `path`, since an id may hold an encoded slash.
            Route("/api/v1/notifications/{id:path}/send", _send, methods=["POST"]),
            Route("/api/v1/operations/{name}", _operate, methods=["POST"]),
            Route("/demo/notifications", _add, methods=["POST"]),
            Route("/demo/calls", _calls),
            Route("/demo/summary", _summary),
            Route("/healthz", _healthz),
        ],
        middleware=[Middleware(_CallLog, store=store)],
    )
    app.state.store = store
    return app


class _CallLog:
    """Notes every request to the API, the refused ones too."""

    def __init__(self, app: ASGIApp, store: DemoStore) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._store.calls.append(self._call(scope, message["status"]))
            await send(message)

        await self._app(scope, receive, noting)

    def _call(self, scope: Scope, status: int) -> Call:
        headers = Request(scope).headers
        return Call(
            time=rfc3339(instant(self._store.clock.timestamp())),
            method=scope["method"],
            path=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("ascii"),
            status=status,
            idempotency_key=headers.get(_KEY_HEADER),
            user_agent=headers.get("user-agent"),
        )


def _store(request: Request) -> DemoStore:
    store: DemoStore = request.app.state.store
    return store


def _json(answer: Answer) -> JSONResponse:
    return JSONResponse(dict(answer.body), answer.status)


def _bad_request(text: str) -> JSONResponse:
    return JSONResponse({"error": text}, 400)


async def _clean_up(request: Request) -> JSONResponse:
    store = _store(request)
    return _json(store.once(request.headers.get(_KEY_HEADER), "cleanup", store.clean_up))


async def _list_pending(request: Request) -> JSONResponse:
    if request.query_params.get("status") != "pending":
        return _bad_request("status must be given, and only 'pending' is known")
    after = request.query_params.get("after")
    if after is not None and not _CURSOR.fullmatch(after):
        return _bad_request("after must be taken from a `next` link")
    items, last = _store(request).page(None if after is None else int(after))
    link = None if last is None else f"{request.url.path}?status=pending&after={last}"
    return JSONResponse({"items": items, "next": link})


async def _send(request: Request) -> JSONResponse:
    store = _store(request)
    notification_id = request.path_params["id"]
    key = request.headers.get(_KEY_HEADER)
    operation = f"sending {notification_id!r}"
    return _json(store.once(key, operation, lambda: store.send(notification_id)))


async def _operate(request: Request) -> JSONResponse:
    store = _store(request)
    name = request.path_params["name"]
    key = request.headers.get(_KEY_HEADER)
    return _json(store.once(key, f"operation {name!r}", lambda: store.operate(name)))


async def _add(request: Request) -> JSONResponse:
    store = _store(request)
    try:
        wanted = _wanted(json.loads(await request.body() or b"{}"))
        if isinstance(wanted, int):
            added = store.add_numbered(wanted)
        else:
            store.add(wanted)
            added = wanted
    except ValueError as error:
        return _bad_request(str(error))
    return JSONResponse({"added": added}, 201)


def _wanted(body: Any) -> int | list[str]:
    """Return how many notifications to add, or their ids; ValueError where `body` has neither."""
    match body:
        case {"ids": [*ids]} if all(isinstance(each, str) and each for each in ids):
            return ids
        case {"count": int(number)} if 0 < number <= MOST_ADDED_AT_ONCE:
            return number
        case {**others} if not others:
            return 1
    message = f'send {{"count": 1 to {MOST_ADDED_AT_ONCE}}} or {{"ids": ["…"]}}'
    raise ValueError(message)


async def _calls(request: Request) -> JSONResponse:
    return JSONResponse({"calls": [asdict(call) for call in _store(request).calls]})


async def _summary(request: Request) -> JSONResponse:
    return JSONResponse(_store(request).summary())


async def _healthz(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
