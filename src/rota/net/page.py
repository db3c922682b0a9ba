"""A question to one of rota's own pages, from a command."""

import json
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from rota.logs.redaction import SecretKind, hide
from rota.model.errors import ConfigError, ForbiddenError, NotThereError, SettingsError, UsageError
from rota.net.addresses import parse_base_url
from rota.net.attempts import USER_AGENT

_TIMEOUT_SECONDS = 10.0
_WHOLE_ANSWER_SECONDS = 30.0
# Far more than the largest page of tasks or runs has.
_MOST_BYTES = 256 * 1024 * 1024
_EXAMPLE = "for example http://127.0.0.1:8080"
_BAD_REQUEST, _SERVER_ERROR = 400, 500

Parameters = Sequence[tuple[str, str]]


def ask_page(
    base_url: str,
    path: str,
    parameters: Parameters = (),
    *,
    secret_file: Path | None = None,
    order: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Return the JSON object at `path` below `base_url`; an `order` is posted to it.

    Where the page asks who we are it is told the first line of `secret_file`: `user:password`, or a
    token. Raises UsageError with what the page says is wrong with the question, of 403 as
    ForbiddenError, of 404 as NotThereError, and ConfigError where there is no answer, or not one of
    rota's.
    """
    url = f"{_page_url(base_url)}/{path}"
    try:
        with _client() as client:
            request = _request(client, url, parameters, order)
            response, body = _sent(client, request)
            if response.status_code == HTTPStatus.UNAUTHORIZED and secret_file is not None:
                # It was not carried out, so an order may be sent again.
                scheme = response.headers.get("www-authenticate", "").partition(" ")[0]
                auth = _credentials(secret_file, scheme.lower())
                request = _request(client, url, parameters, order)
                response, body = _sent(client, request, auth)
        answer = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigError(f"no answer from {base_url}: {error}") from None
    except (ValueError, RecursionError):
        answer = None
    return _checked(answer, base_url, response, knows_secret=secret_file is not None)


def _page_url(text: str) -> str:
    try:
        return parse_base_url(text, "the page's address", _EXAMPLE).rstrip("/")
    except SettingsError as error:
        raise UsageError(f"--url: {error}") from None


def _client() -> httpx.Client:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    return httpx.Client(timeout=_TIMEOUT_SECONDS, headers=headers, trust_env=False)


def _request(
    client: httpx.Client, url: str, parameters: Parameters, order: Mapping[str, Any] | None
) -> httpx.Request:
    method = "GET" if order is None else "POST"
    return client.build_request(method, url, params=list(parameters), json=order)


def _sent(
    client: httpx.Client, request: httpx.Request, auth: httpx.Auth | None = None
) -> tuple[httpx.Response, bytes]:
    """Send it; return the answer and its body, which may not go on for ever, slowly or fast."""
    begin, body = time.monotonic(), bytearray()
    response = client.send(request, auth=auth, stream=True)
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if time.monotonic() - begin > _WHOLE_ANSWER_SECONDS:
                raise httpx.ReadTimeout(f"it was not whole after {_WHOLE_ANSWER_SECONDS:g} s")
            if len(body) > _MOST_BYTES:
                raise httpx.ReadError(f"it was not whole after {_MOST_BYTES} bytes")
    finally:
        response.close()
    return response, bytes(body)


def _credentials(path: Path, scheme: str) -> httpx.Auth | None:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise ConfigError(f"ROTA_WEB_SECRET_FILE: {path}: {reason}") from None
    line = next((line.strip() for line in lines if line.strip()), "")
    user, _, password = line.partition(":")
    hide(password or line, SecretKind.PAGES)
    if scheme == "basic":
        return httpx.BasicAuth(user, password)
    return _Bearer(line) if scheme == "bearer" else None


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _checked(
    answer: Any, base_url: str, response: httpx.Response, *, knows_secret: bool
) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise ConfigError(
            f"{base_url} is not a page of rota: it answered {response.status_code} without JSON"
        )
    if _BAD_REQUEST <= response.status_code < _SERVER_ERROR:
        told = f"{answer.get('detail') or answer.get('title') or response.status_code}"
        if response.status_code == HTTPStatus.UNAUTHORIZED and not knows_secret:
            told += "; name a file with user:password, or with the token, in ROTA_WEB_SECRET_FILE"
        if response.status_code == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(f"{base_url}: {told}")
        not_there = response.status_code == HTTPStatus.NOT_FOUND
        raise (NotThereError if not_there else UsageError)(told)
    if not response.is_success:
        told = answer.get("detail") or answer.get("title") or "without saying why"
        raise ConfigError(f"{base_url} answered {response.status_code}: {told}")
    return answer
