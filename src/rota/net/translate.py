"""Translates httpx's exceptions and statuses into rota's errors. Does not import httpx."""

import http
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from rota.logs import redaction
from rota.model.errors import ApiError, ApiRejectedError, ApiUnavailableError
from rota.net.tls import certificate_refusal

if TYPE_CHECKING:
    import httpx

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that say "not now": worth another attempt."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_LONGEST_EXCERPT_CHARACTERS = 200

_Meaning = tuple[type[ApiError], str]

# By class name; the most specific base class of the exception counts.
_MEANINGS: dict[str, _Meaning | None] = {
    "ConnectTimeout": (ApiUnavailableError, "no connection to {host} in time"),
    "PoolTimeout": (ApiUnavailableError, "no free connection in time"),
    "TimeoutException": (ApiUnavailableError, "no answer in time"),
    "ConnectError": (ApiUnavailableError, "no connection to {host}"),
    "NetworkError": (ApiUnavailableError, "the connection broke"),
    "LocalProtocolError": (ApiRejectedError, "the request violates HTTP"),
    "ProtocolError": (ApiUnavailableError, "the answer violates HTTP or was cut"),
    "ProxyError": (ApiUnavailableError, "the proxy failed"),
    "UnsupportedProtocol": (ApiRejectedError, "the URL is neither http nor https"),
    "DecodingError": (ApiUnavailableError, "the body was cut or cannot be decoded"),
    "TooManyRedirects": (ApiRejectedError, "redirected too often"),
    "TransportError": (ApiUnavailableError, "the transport failed"),
    "RequestError": (ApiUnavailableError, "the request failed"),
    "HTTPError": (ApiUnavailableError, "HTTP failed"),
    # Mistakes of the caller, which have nothing to do with the API.
    "InvalidURL": None,
    "CookieConflict": None,
    "StreamError": None,
}


def as_api_error(error: BaseException) -> ApiError | None:
    """Return an exception as an ApiError, or None if it is not about the Business API.

    Handles ApiError itself and every exception of httpx, of any client.
    """
    if isinstance(error, ApiError):
        return error
    response = getattr(error, "response", None)
    if response is not None and _is_httpx(type(error), "HTTPStatusError"):
        return status_error(response)
    meaning = _meaning_of(error)
    if meaning is None:
        return None
    error_class, words = meaning
    refusal = certificate_refusal(error)
    if refusal is not None:
        error_class, words = ApiRejectedError, refusal
    request = getattr(error, "_request", None)
    place = f"{describe(request)}: " if request is not None else ""
    if "{host}" in words:
        words = words.format(host=_host(request))
    detail = excerpt(str(error))
    return error_class(f"{place}{words}{f' ({detail})' if detail else ''}")


def _meaning_of(error: BaseException) -> _Meaning | None:
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in _MEANINGS and _is_httpx(ancestor, ancestor.__name__):
            return _MEANINGS[ancestor.__name__]
    return None


def _host(request: "httpx.Request | None") -> str:
    # httpx leaves user names and passwords out of it.
    return "the API" if request is None else request.url.netloc.decode("ascii", "replace")


def _is_httpx(exception_class: type, name: str) -> bool:
    return exception_class.__name__ == name and exception_class.__module__.startswith("httpx")


def status_error(response: "httpx.Response") -> ApiError:
    """Return the error for an unsuccessful response; its text has an excerpt of the body."""
    status = response.status_code
    error_class = ApiUnavailableError if status in TRANSIENT_STATUSES else ApiRejectedError
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        error_class = ApiUnavailableError
    return error_class(describe_response(response), status=status)


def describe(request: "httpx.Request") -> str:
    """Return `POST /api/v1/orders`: without host and query, which may contain secrets."""
    path = request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")
    return f"{request.method} {excerpt(path)}"


def describe_response(response: "httpx.Response") -> str:
    """Return the request, the status, the content type, and the beginning of the body."""
    status = f"{response.status_code} {_phrase(response.status_code)}".rstrip()
    redirection = _redirection(response)
    content_type = excerpt(response.headers.get("content-type", "no content type"))
    # The whole body is redacted before it is cut, so that no half of a secret is left. The body of
    # a redirect repeats its target, with the query.
    text = "" if redirection else _content(response).decode("utf-8", "replace")
    body = f": {excerpt(text)}" if text.strip() else ""
    return f"{describe(response.request)}: {status}{redirection} ({content_type}){body}"


def _redirection(response: "httpx.Response") -> str:
    """Return the target of a redirect: its path, and whether its origin differs."""
    location = response.headers.get("location")
    if location is None or response.status_code not in _REDIRECTS:
        return ""
    asked = urlsplit(str(response.request.url))
    try:
        target = urlsplit(urljoin(asked.geturl(), location))
        same_port = target.port == asked.port
    except ValueError:
        return ", not followed"
    elsewhere = ""
    if target.hostname != asked.hostname:
        elsewhere = " on another host"
    elif target.scheme != asked.scheme:
        elsewhere = f" by {target.scheme}"
    elif not same_port:
        elsewhere = " on another port"
    # Without path parameters, which may contain a session.
    path = re.sub(r";[^/]*", "", target.path) or "/"
    return f" to {excerpt(path)}{elsewhere}, not followed"


def _content(response: "httpx.Response") -> bytes:
    # Another client of the task may have streamed the body, or not read it.
    try:
        return response.content
    except RuntimeError:
        return b""


def _phrase(status: int) -> str:
    # Not the server's phrase, which may be anything.
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def excerpt(text: str) -> str:
    """Return the beginning of untrusted text: redacted, 200 characters, on one line."""
    cut = redaction.redact(text).strip()[:_LONGEST_EXCERPT_CHARACTERS]
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in cut)
