"""The endpoints that the reference tasks call, on the store of `rota demo`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rota.demo.store import DemoOptions, DemoStore

_Texts = Mapping[str, str]
_Handler = Callable[[_Texts, _Texts], tuple[int, Any]]
_NOTIFICATIONS = "/api/v1/notifications"


class _Stopped:
    """A clock that stands still: nothing expires by itself."""

    def timestamp(self) -> float:
        return 0.0


class ReferenceApi:
    """Pending notifications and expired records. Knows nothing of Idempotency-Key."""

    def __init__(self, pending: Iterable[str], expired: int) -> None:
        self.store = DemoStore(DemoOptions(expired=expired), clock=_Stopped())
        self.store.add(pending)

    def routes(self) -> list[tuple[str, str, _Handler]]:
        """Return method, path and handler of each; a handler gets the path's parts and the query.

        It returns a status and JSON.
        """
        return [
            ("POST", "/api/v1/admin/cleanup", self._clean_up),
            ("GET", _NOTIFICATIONS, self._list_pending),
            ("POST", f"{_NOTIFICATIONS}/{{id}}/send", self._send),
        ]

    def _clean_up(self, _: _Texts, __: _Texts) -> tuple[int, Any]:
        answer = self.store.clean_up()
        return answer.status, dict(answer.body)

    def _list_pending(self, _: _Texts, query: _Texts) -> tuple[int, Any]:
        after = query.get("after")
        items, last = self.store.page(None if after is None else int(after))
        link = None if last is None else f"{_NOTIFICATIONS}?status=pending&after={last}"
        return 200, {"items": items, "next": link}

    def _send(self, parts: _Texts, _: _Texts) -> tuple[int, Any]:
        answer = self.store.send(parts["id"])
        return answer.status, dict(answer.body)
