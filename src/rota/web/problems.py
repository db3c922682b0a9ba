"""Errors as RFC 9457 problem details, for everything below /api."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rota.logs.redaction import redact
from rota.model.errors import ConfigError, NotNowError, UnknownTaskError, UsageError

MEDIA_TYPE = "application/problem+json"

Endpoint = Callable[[Request], Awaitable[Response]]


class BadQuestionError(UsageError):
    """A parameter has a value that is not allowed."""


class BodyError(ConfigError):
    """The body of a request is not one that is taken; `status` is the answer's."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def status_of(error: ConfigError) -> HTTPStatus:
    """Return the status for `error`: 4xx, or 503 where there is no answer at the moment."""
    if isinstance(error, BodyError):
        return error.status
    if isinstance(error, NotNowError):
        return HTTPStatus.CONFLICT
    if isinstance(error, BadQuestionError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, UnknownTaskError | UsageError):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.SERVICE_UNAVAILABLE


def problem(status: HTTPStatus, detail: str) -> Response:
    """Return an answer that says what is wrong."""
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": redact(detail),
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def with_problems(endpoint: Endpoint) -> Endpoint:
    """Return `endpoint` with an answer for what it raises on purpose."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ConfigError as error:
            return problem(status_of(error), str(error))

    return answer
