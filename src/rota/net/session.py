"""Opens clients, and sends requests that raise rota's errors."""

import asyncio
import re
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpx
from httpx import AsyncClient, Response

from rota.model.errors import ApiError, RequestRefusedError
from rota.net.addresses import parse_base_url
from rota.net.attempts import USER_AGENT
from rota.net.body import ACCEPT_ENCODING
from rota.net.idempotency import HEADER
from rota.net.options import ApiOptions, JsonRequest
from rota.net.paths import check_path
from rota.net.pools import RenewedPools
from rota.net.retry import Sleep
from rota.net.tls import tls_context
from rota.net.tls_files import TlsFiles, files_of
from rota.net.translate import as_api_error, status_error
from rota.net.transport import JSON_EXTENSION, ApiTransport

__all__ = ["AsyncClient", "Response", "open_client", "send"]
"""httpx's two classes are for annotations in modules that must not import httpx."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def open_client(
    base_url: str, options: ApiOptions, *, sleep: Sleep = asyncio.sleep
) -> httpx.AsyncClient:
    """Return a client for one Business API, with all protections.

    It uses no proxies, cookies or redirects, and nothing from the environment. Raises SettingsError
    for a URL, token or certificate file that cannot be used.
    """
    url = httpx.URL(parse_base_url(base_url))
    connections = _connections(url.scheme, options)
    return httpx.AsyncClient(
        base_url=url,
        transport=ApiTransport(url, options, connections, sleep=sleep, clock=options.clock),
        timeout=options.timeout_seconds,
        headers={"Accept-Encoding": ACCEPT_ENCODING, "User-Agent": USER_AGENT},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
    )


def _connections(scheme: str, options: ApiOptions) -> httpx.AsyncBaseTransport:
    if options.exchange is not None:
        from rota.net.in_memory import InMemoryTransport  # noqa: PLC0415 (for tests)

        return InMemoryTransport(options.exchange)

    def pool(context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(
            verify=context,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=options.max_connections,
                max_keepalive_connections=options.max_connections,
            ),
        )

    if scheme == "https" and files_of(options):
        return RenewedPools(TlsFiles(options), pool)
    return pool(tls_context(scheme, options))


async def send(client: httpx.AsyncClient, request: JsonRequest) -> httpx.Response:
    """Send `request`, which expects JSON; return the response, whose status is 2xx.

    Raises RequestRefusedError, ApiRejectedError, ApiResponseError or ApiUnavailableError.
    """
    if request.params is not None and "?" in request.path:
        raise RequestRefusedError("pass the query in the path or as params, not both")
    if request.key is not None and not _KEY.fullmatch(request.key):
        raise RequestRefusedError(
            "an idempotency key must be 1 to 255 visible ASCII characters; "
            "pass item= to have one made"
        )
    try:
        response = await client.request(
            request.method,
            check_path(request.path),
            params=request.params,
            json=request.json,
            headers=None if request.key is None else {HEADER: request.key},
            extensions={JSON_EXTENSION: True},
        )
    except httpx.InvalidURL:
        raise RequestRefusedError("the path does not make a valid URL") from None
    except httpx.HTTPError as error:
        raise cast("ApiError", as_api_error(error)) from error
    if not response.is_success:
        raise status_error(response)
    return response
