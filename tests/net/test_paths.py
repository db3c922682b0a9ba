from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.model.errors import RequestRefusedError
from rota.net.paths import check_path, next_path, segment

BASE = "https://api.example.com/base"


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("?a#b", "%3Fa%23b"),
        (" ", "%20"),
        ("\x00\r\n", "%00%0D%0A"),
        ("é", "%C3%A9"),
        ("...", "..."),
        (7, "7"),
        (-7, "-7"),
    ],
)
def test_an_id_becomes_one_segment(value, text):
    assert segment(value) == text


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    "value", ["", ".", "..", None, True, False, 1.5, [], {}, b"x", "\ud800"], ids=repr
)
def test_what_cannot_be_one_segment_is_refused(value):
    with pytest.raises(RequestRefusedError):
        segment(value)


@pytest.mark.fault(43)
@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_every_id_survives_httpx_as_the_one_segment_it_was(text):
    try:
        url = httpx.URL(f"http://h/items/{segment(text)}/send")
    except RequestRefusedError:
        assert any("\ud800" <= one <= "\udfff" for one in text)
        return
    _, items, item, send = url.raw_path.decode().split("/")
    assert (items, unquote(item), send) == ("items", text, "send")


@pytest.mark.parametrize(
    "path", ["/api/v1/x", "x", "/a%2F..%2Fb", "/x?a=1&b=..", "/a.b/..c", "/caf%C3%A9"]
)
def test_a_path_below_the_base_url_is_accepted(path):
    assert check_path(path) == path


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (1.5, "an id must be a string or a whole number, not float"),
        (True, "an id must be a string or a whole number, not bool"),
        ("..", "'..' cannot be an id: it would change the path"),
        ("\ud800", "an id contains half of a surrogate pair, which is not valid text"),
    ],
)
def test_the_refusal_of_an_id_says_what_is_wrong_with_it(value, problem):
    with pytest.raises(RequestRefusedError) as caught:
        segment(value)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "a path must be a string such as /api/v1/orders"),
        (
            "http://evil/x",
            "absolute URLs are refused: pass a path below the base URL, such as /api/v1/orders",
        ),
        (
            "/a b",
            (
                "a path must not contain spaces, control characters, backslashes or '#': "
                "pass ids through rota.net.paths.segment()"
            ),
        ),
        ("/a/../x", "a path must not have '.' or '..' segments"),
    ],
)
def test_the_refusal_of_a_path_says_what_is_wrong_with_it(path, problem):
    with pytest.raises(RequestRefusedError) as caught:
        check_path(path)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "path",
    [
        "",
        None,
        "http://evil/x",
        "HTTP://evil/x",
        "//evil/x",
        "mailto:x",
        "../x",
        "/a/../x",
        "/a/.",
        "/%2e%2E/x",
        "/a\\..\\x",
        "/a b",
        "/a\r\nX: y",
        "/a#b",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path):
    with pytest.raises(RequestRefusedError):
        check_path(path)


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("https://api.example.com/base/n?page=2", "/n?page=2"),
        ("https://API.example.com:443/base/n?page=2", "/n?page=2"),
        ("/base/n?page=2", "/n?page=2"),
        ("/n?page=2", "/n?page=2"),
        ("?page=2", "/v1/n?page=2"),
        ("n?page=2", "/v1/n?page=2"),
        ("more/n", "/v1/more/n"),
    ],
)
def test_a_next_link_is_followed_below_the_base_url(link, path):
    assert next_path(BASE, "/v1/n?page=1", link) == path


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/base/n",
        "https://api.example.com.evil/base/n",
        "http://api.example.com/base/n",
        "https://api.example.com:444/base/n",
        "https://user:secret@api.example.com/base/n",
        "https://api.example.com/other",
        "https://api.example.com/based/n",
        "https://api.example.com/base/../n",
        "//evil.example.com/base/n",
        "../../../n",
        "/../n",
        "/%2e%2e/n",
        "https://[",
        "https://api.example.com:port/base",
        "javascript:x",
        7,
        {"href": "/n"},
        True,
    ],
    ids=repr,
)
def test_a_next_link_to_elsewhere_is_refused(link):
    with pytest.raises(RequestRefusedError):
        next_path(BASE, "/v1/n", link)


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("http://h", "http://h:80/n"),
        ("http://h:80", "http://h/n"),
        ("https://h", "https://h:443/n"),
        ("http://h:8000", "http://h:8000/n"),
    ],
)
def test_the_port_of_a_scheme_is_the_same_as_none(base, link):
    assert next_path(base, "/", link) == "/n"


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        (7, "next must be a link, not int"),
        ("https://[", "next is not a valid URL"),
        ("https://h/n", "next leads to another origin than the base URL's"),
        ("https://api.example.com/other", "next leads out of the base URL's path"),
    ],
)
def test_the_refusal_of_a_next_link_says_what_is_wrong_with_it(link, problem):
    with pytest.raises(RequestRefusedError, match=f"^{problem}$"):
        next_path(BASE, "/v1/n", link)


@settings(deadline=None)
@given(st.text())
def test_no_next_link_whatsoever_leaves_the_base_url(link):
    try:
        path = next_path(BASE, "/v1/n", link)
    except RequestRefusedError:
        return
    client = httpx.AsyncClient(base_url=BASE)
    url = client.build_request("GET", path).url
    assert url.host == "api.example.com"
    assert urlsplit(str(url)).path.startswith("/base")
