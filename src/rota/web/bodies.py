"""The body of a request that changes something: JSON for the API, a form with a token for pages."""

import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from rota.web.access import actor_of
from rota.web.form_tokens import FormTokens
from rota.web.problems import BodyError

MOST_BYTES = 16 * 1024
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


async def read_json(request: Request, known: Collection[str]) -> Mapping[str, Any]:
    """Return the JSON object of a request, whose names must be `known`. Raises BodyError."""
    body = await _body(request, JSON)
    try:
        found = json.loads(body or b"{}")
        # JSON may have halves of characters, which nothing can be written to.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BodyError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    for name in found:
        if name not in known:
            message = f"unknown name {name!r} (allowed: {', '.join(known)})"
            raise BodyError(HTTPStatus.BAD_REQUEST, message)
    return found


async def read_form(request: Request, tokens: FormTokens) -> Mapping[str, str]:
    """Return the fields of a form that a page of ours has made for this user. Raises BodyError."""
    body = await _body(request, FORM)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BodyError(HTTPStatus.BAD_REQUEST, "the form cannot be read") from None
    if not tokens.accepts(fields.get("token", ""), actor_of(request)):
        raise BodyError(
            HTTPStatus.FORBIDDEN,
            "the form is not of a page of this process: go back, load the page again and repeat it",
        )
    return fields


async def _body(request: Request, wanted: str) -> bytes:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise BodyError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type must be {wanted}")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            message = f"the body has more than {MOST_BYTES} bytes"
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    return body
