import httpx
import pytest

from rota.model.errors import ConfigError, ForbiddenError, UsageError
from rota.net import page
from rota.net.page import ask_page

PAGE = "http://rota.test/ops"


def ask(respx_mock, answer):
    respx_mock.get(f"{PAGE}/api/v1/runs").mock(**answer)
    return ask_page(PAGE, "api/v1/runs", [("state", "failed"), ("state", "lost")])


def test_the_answer_below_the_base_path_is_returned(respx_mock):
    answer = ask(respx_mock, {"return_value": httpx.Response(200, json={"items": []})})

    assert answer == {"items": []}
    request = respx_mock.calls.last.request
    assert request.url.query == b"state=failed&state=lost"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"].startswith("rota/")


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        pytest.param(
            {"return_value": httpx.Response(404, json={"detail": "no task is named 'x'"})},
            UsageError,
            "no task is named 'x'",
            id="a problem of the question",
        ),
        pytest.param(
            {"return_value": httpx.Response(503, json={"detail": "the ledger cannot be read"})},
            ConfigError,
            f"{PAGE} answered 503: the ledger cannot be read",
            id="a problem of the page",
        ),
        pytest.param(
            {"return_value": httpx.Response(500, json={"title": "Internal Server Error"})},
            ConfigError,
            f"{PAGE} answered 500: Internal Server Error",
            id="a fault of the page",
        ),
        pytest.param(
            {"return_value": httpx.Response(400, json={"title": "Bad Request"})},
            UsageError,
            "Bad Request",
            id="a problem without detail",
        ),
        pytest.param(
            {"return_value": httpx.Response(403, json={"detail": "read-only"})},
            ForbiddenError,
            f"{PAGE}: read-only",
            id="what may not be done",
        ),
        pytest.param(
            {"return_value": httpx.Response(418, json={})},
            UsageError,
            "418",
            id="a problem without words",
        ),
        pytest.param(
            {"return_value": httpx.Response(200, text="<html>")},
            ConfigError,
            f"{PAGE} is not a page of rota: it answered 200 without JSON",
            id="some other page",
        ),
        pytest.param(
            {"return_value": httpx.Response(200, json=[1])},
            ConfigError,
            "is not a page of rota",
            id="other JSON",
        ),
        pytest.param(
            {"return_value": httpx.Response(200, text="[" * 100_000)},
            ConfigError,
            "is not a page of rota",
            id="JSON of no end of depth",
        ),
        pytest.param(
            {"side_effect": httpx.ConnectError("refused")},
            ConfigError,
            f"no answer from {PAGE}: refused",
            id="nobody there",
        ),
    ],
)
def test_what_is_no_answer_is_an_error_that_names_the_page(respx_mock, answer, error, message):
    with pytest.raises(error) as caught:
        ask(respx_mock, answer)

    assert message in str(caught.value)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="http"):
        ask_page("rota.test", "api/v1/runs")


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(respx_mock, monkeypatch):
    monkeypatch.setattr(page, "_WHOLE_ANSWER_SECONDS", 0)
    drops = iter([b'{"items":', *([b" "] * 1000), b"[]}"])

    with pytest.raises(ConfigError, match=r"no answer from .*: it was not whole after 0 s"):
        ask(respx_mock, {"return_value": httpx.Response(200, content=drops)})

    assert next(drops) == b" "


def test_an_answer_that_fills_the_memory_is_not_read_to_its_end(respx_mock, monkeypatch):
    monkeypatch.setattr(page, "_MOST_BYTES", 10_000)
    flood = iter([b'{"items":', *([b" " * 1000] * 1000), b"[]}"])

    with pytest.raises(ConfigError, match=r"no answer from .*: it was not whole after 10000 bytes"):
        ask(respx_mock, {"return_value": httpx.Response(200, content=flood)})

    assert len(next(flood)) == 1000
