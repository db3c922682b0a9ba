"""The client that tasks are called with. httpx is loaded when it is first used."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from rota.api import answers
from rota.model.errors import ApiResponseError, RequestRefusedError
from rota.net import ApiOptions
from rota.net.addresses import parse_base_url
from rota.net.idempotency import item_key, operation_key
from rota.net.options import JsonRequest
from rota.net.paths import next_path, segment

if TYPE_CHECKING:
    from rota.net.session import AsyncClient, Response

_CLEANUP_PATH = "/api/v1/admin/cleanup"
_NOTIFICATIONS_PATH = "/api/v1/notifications"
_NO_CONTENT_STATUSES = frozenset({204, 205})


class BusinessApiClient:
    """Calls the Business API at `base_url`. Raises SettingsError for a bad URL.

    Subclass it for an application's own endpoints, and call `get`, `post`, `put`, `patch`,
    `delete` and `pages`, or `client` directly, as the seed does: retries, deadlines, limits, the
    token, idempotency keys and the refusal of other targets lie below both. The former raise
    ApiRejectedError, ApiResponseError, ApiUnavailableError or RequestRefusedError (see
    `rota.model.errors`); the latter raises what httpx raises. A stop of the process raises
    StopRequested instead of the next request.

    `options` may be set until the first request. After `close()` the next request opens the client
    again.
    """

    # As class attributes, since the __init__ of a subclass may not set them.
    options: ApiOptions | None = None
    _client: "AsyncClient | None" = None

    def __init__(self, base_url: str, options: ApiOptions | None = None) -> None:
        parse_base_url(base_url)
        self.base_url = base_url.rstrip("/")
        if options is not None:
            self.options = options

    @property
    def client(self) -> "AsyncClient":
        """The httpx.AsyncClient, opened when first asked for; pass it paths, not URLs."""
        if self._client is None:
            from rota.net.session import open_client  # noqa: PLC0415 (imports httpx)

            self._client = open_client(self.base_url, self._options())
        return self._client

    def _options(self) -> ApiOptions:
        return self.options or ApiOptions()

    async def close(self) -> None:
        """Close all connections. May be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def cleanup_expired(self) -> dict[str, Any]:
        """Have expired records deleted, once per slot; return `{"deleted": n}`."""
        operation = f"POST {_CLEANUP_PATH}"
        result = await self.post(_CLEANUP_PATH, key=operation_key(self._options(), operation))
        return answers.cleanup_result(result, operation)

    async def get_pending_notifications(self) -> dict[str, Any]:
        """Return `{"items": [{"id": …}, …]}`: all pages in one, in order, each id once."""
        items: dict[str, dict[str, Any]] = {}
        async for page in self.pages(_NOTIFICATIONS_PATH, params={"status": "pending"}):
            for item in answers.page_items(page, f"GET {_NOTIFICATIONS_PATH}"):
                items.setdefault(str(item["id"]), item)
        return {"items": list(items.values())}

    async def send_notification(self, notification_id: str | int) -> dict[str, Any]:
        """Have one notification sent; return the API's answer, `{}` if it is empty."""
        path = f"{_NOTIFICATIONS_PATH}/{segment(notification_id)}/send"
        operation = f"POST {_NOTIFICATIONS_PATH}/{{id}}/send"
        key = item_key(self._options(), operation, notification_id)
        result = await self.post(path, key=key)
        return {} if result is None else answers.json_object(result, f"POST {path}")

    async def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON at `path`; None for a 204."""
        response = await self._send(JsonRequest("GET", path, params))
        return None if response.status_code in _NO_CONTENT_STATUSES else response.json()

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        item: str | int | None = None,
        key: str | None = None,
    ) -> Any:
        """Return the JSON of the answer, or None if it is empty.

        The Idempotency-Key is `key`, if given. With `item` it is made of the method, the path and
        the item: the same in every run, for what must happen once per item. Otherwise only another
        attempt at the same slot repeats it.
        """
        return await self._change(JsonRequest("POST", path, params, json, key), item)

    async def put(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        """Return the JSON of the answer, or None if it is empty."""
        return await self._change(JsonRequest("PUT", path, params, json, key))

    async def patch(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        item: str | int | None = None,
        key: str | None = None,
    ) -> Any:
        """Return the JSON of the answer, or None if it is empty.

        Like a POST it is only repeated if ROTA_API_IDEMPOTENT is true. A key is sent only if `key`
        or `item` is given.
        """
        return await self._change(JsonRequest("PATCH", path, params, json, key), item)

    async def delete(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of the answer, or None if it is empty.

        A 404 or 410 raises ApiRejectedError with that `status`: the caller decides whether it
        counts as deleted.
        """
        return await self._change(JsonRequest("DELETE", path, params))

    async def pages(
        self, path: str, *, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the JSON object at `path`, and at each `next` link until there is none.

        A link is only followed below the base URL. Raises ApiResponseError for any other link, for
        one that was followed before, and for more pages than `options.max_pages`.
        """
        first = path
        followed: set[str] = set()
        for _ in range(self._options().max_pages):
            page = answers.json_object(await self.get(path, params=params), f"GET {first}")
            yield page
            link = page.get("next")
            if link is None or link == "":
                return
            try:
                path, params = next_path(self.base_url, path, link), None
            except RequestRefusedError as error:
                raise ApiResponseError(f"GET {first}: {error}") from None
            if path in followed:
                raise ApiResponseError(f"GET {first}: a next link leads back to an earlier page")
            followed.add(path)
        raise ApiResponseError(f"GET {first}: more than {self._options().max_pages} pages")

    async def _change(self, request: JsonRequest, item: str | int | None = None) -> Any:
        if request.key is None and item is not None:
            query = (
                f"?{urlencode(sorted(request.params.items()), doseq=True)}"
                if request.params
                else ""
            )
            operation = f"{request.method} {request.path}{query}"
            request = replace(request, key=item_key(self._options(), operation, item))
        response = await self._send(request)
        return response.json() if response.content else None

    async def _send(self, request: JsonRequest) -> "Response":
        from rota.net.session import send  # noqa: PLC0415 (imports httpx)

        return await send(self.client, request)
