import inspect
import ssl

import httpx
import pytest

from rota.model.errors import ApiError, ApiRejectedError, ApiResponseError, ApiUnavailableError
from rota.net import as_api_error
from rota.net.translate import _MEANINGS, excerpt

REQUEST = httpx.Request("POST", "https://user:pw@api.example.com/v1/x?token=secret")

HTTPX_ERRORS = [
    one
    for _, one in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(one, Exception)
    and one.__module__.startswith("httpx")
    # Judged by its status.
    and one is not httpx.HTTPStatusError
]


@pytest.mark.parametrize("error_class", HTTPX_ERRORS, ids=lambda one: one.__name__)
def test_every_exception_of_httpx_is_known(error_class):
    known = next(one.__name__ for one in error_class.__mro__ if one.__name__ in _MEANINGS)
    parents = {one.__name__ for one in error_class.__mro__[1:]}
    leaf_of = {"TimeoutException", "NetworkError", "ProtocolError", "StreamError"}
    assert known == error_class.__name__ or known in parents & leaf_of


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("[Errno 111] refused"), ApiUnavailableError),
        (httpx.ConnectTimeout(""), ApiUnavailableError),
        (httpx.ReadTimeout(""), ApiUnavailableError),
        (httpx.WriteTimeout(""), ApiUnavailableError),
        (httpx.PoolTimeout(""), ApiUnavailableError),
        (httpx.ReadError(""), ApiUnavailableError),
        (httpx.WriteError(""), ApiUnavailableError),
        (httpx.CloseError(""), ApiUnavailableError),
        (httpx.RemoteProtocolError(""), ApiUnavailableError),
        (httpx.DecodingError(""), ApiUnavailableError),
        (httpx.ProxyError(""), ApiUnavailableError),
        (httpx.LocalProtocolError(""), ApiRejectedError),
        (httpx.UnsupportedProtocol(""), ApiRejectedError),
        (httpx.TooManyRedirects(""), ApiRejectedError),
    ],
    ids=repr,
)
@pytest.mark.fault(40)
def test_an_error_of_httpx_means(error, expected):
    error = type(error)(str(error), request=REQUEST)
    translated = as_api_error(error)
    assert type(translated) is expected
    assert str(translated).startswith("POST /v1/x: ")
    assert "secret" not in str(translated)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("refused"), "no connection to {} (refused)"),
        (httpx.ConnectTimeout(""), "no connection to {} in time"),
    ],
    ids=repr,
)
def test_where_nothing_was_reached_it_says_where_and_no_password(error, words):
    assert str(as_api_error(error)) == words.format("the API")
    error = type(error)(str(error), request=REQUEST)
    assert str(as_api_error(error)) == f"POST /v1/x: {words.format('api.example.com')}"


@pytest.mark.fault(26)
def test_a_certificate_that_does_not_verify_is_final():
    error = httpx.ConnectError("failed")
    error.__cause__ = ssl.SSLCertVerificationError(1, "verify failed")
    assert type(as_api_error(error)) is ApiRejectedError


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, ApiRejectedError),
        (400, ApiRejectedError),
        (401, ApiRejectedError),
        (404, ApiRejectedError),
        (408, ApiUnavailableError),
        (425, ApiUnavailableError),
        (429, ApiUnavailableError),
        (499, ApiRejectedError),
        (500, ApiUnavailableError),
        (501, ApiUnavailableError),
        (503, ApiUnavailableError),
        (599, ApiUnavailableError),
    ],
)
def test_a_status_means(status, expected):
    """The table of DESIGN.md section 4, for a client that is not rota's own."""
    response = httpx.Response(status, content=b"why", request=REQUEST)
    with pytest.raises(httpx.HTTPStatusError) as caught:
        response.raise_for_status()
    translated = as_api_error(caught.value)
    assert type(translated) is expected
    assert translated.status == status
    assert str(translated).endswith(": why")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("x"),
        httpx.InvalidURL("x"),
        httpx.ResponseNotRead(),
        TimeoutError(),
    ],
    ids=repr,
)
def test_what_says_nothing_about_the_api_is_none(error):
    assert as_api_error(error) is None


def test_a_class_that_only_has_the_name_is_none():
    assert as_api_error(type("ConnectError", (Exception,), {})()) is None


def test_an_error_of_rota_is_itself():
    error = ApiResponseError("x")
    assert as_api_error(error) is error
    assert isinstance(error, ApiError)


def test_an_unread_body_is_left_unread():
    async def body():
        yield b"x"

    response = httpx.Response(500, content=body(), request=REQUEST)
    error = httpx.HTTPStatusError("x", request=REQUEST, response=response)
    assert str(as_api_error(error)) == "POST /v1/x: 500 Internal Server Error (no content type)"


def test_an_excerpt_is_short_and_on_one_line():
    assert excerpt("a\r\n\x1b[31mb\u2028") == r"a\r\n\x1b[31mb"
    assert len(excerpt("a" * 10_000)) == 200
