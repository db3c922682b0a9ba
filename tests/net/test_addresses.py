import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import ConfigError, SettingsError
from rota.net.addresses import parse_address, parse_base_url


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        ("HTTPS://API.Example.com:443/", "https://api.example.com"),
        ("http://h:80/v2//", "http://h/v2"),
        ("http://business_api:8000/a.b/c", "http://business_api:8000/a.b/c"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://10.0.0.1", "http://10.0.0.1"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://h:", "http://h"),
    ],
)
def test_a_base_url_is_made_canonical(text, canonical):
    assert parse_base_url(text) == canonical


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "begin with http"),
        ("localhost:8000", "begin with http"),
        ("ftp://h", "begin with http"),
        ("//h/x", "begin with http"),
        ("http://", "name a host"),
        ("http:///x", "name a host"),
        ("http://:8000", "name a host"),
        ("http://-h", "host that DNS allows"),
        ("http://a..b", "host that DNS allows"),
        ("http://h%41", "host that DNS allows"),
        ("http://[::1", "must be a URL"),
        ("http://h:0", "port"),
        ("http://h:65536", "port"),
        ("http://h:x", "port"),
        ("http://user:canary@h", "not contain a user name"),
        ("http://@h", "not contain a user name"),
        ("http://h?key=canary", "not contain a query"),
        ("http://h/?", "not contain a query"),
        ("http://h/#", "not contain a query"),
        ("http://h/a/../b", "'..'"),
        ("http://h/a/./b", "'.' or '..'"),
        ("http://h/%2E", "'.' or '..'"),
        ("http://h/%2e%2E/b", "'..'"),
        ("http://h/a b", "spaces"),
        ("http://h\n", "spaces"),
        ("http://h\\x", "spaces"),
    ],
)
def test_any_other_text_is_refused_without_repeating_it(text, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        parse_base_url(text)
    assert "canary" not in str(caught.value)


def test_a_refusal_names_what_the_url_is_of():
    with pytest.raises(SettingsError, match=r"^the page's URL must begin with .* such as this$"):
        parse_base_url("localhost:8080", "the page's URL", "such as this")


@given(st.from_regex(r"https?://[a-z.\[\]:@%_0-9-]{1,20}(/[a-z%.]{0,6})?", fullmatch=True))
def test_what_is_accepted_is_stable_and_a_url_to_httpx(text):
    try:
        canonical = parse_base_url(text)
    except SettingsError:
        return
    assert parse_base_url(canonical) == canonical
    assert httpx.URL(canonical).host


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0.0.0.0:8080", ("0.0.0.0", 8080)),
        (" localhost:0\n", ("localhost", 0)),
        ("h:65535", ("h", 65_535)),
        ("[::1]:8080", ("::1", 8080)),
        ("::1:8080", ("::1", 8080)),
    ],
)
def test_an_address_is_a_host_and_a_port(text, address):
    assert parse_address(text, "X") == address


@pytest.mark.parametrize("text", ["", "8080", "h", ":8080", "h:", "h:x", "h:-1", "h:٣", "h:8²"])
def test_any_other_text_is_refused_with_the_form(text):
    with pytest.raises(ConfigError) as caught:
        parse_address(text, "ROTA_X")
    assert str(caught.value) == (
        f"ROTA_X: {text!r} is not of the form host:port, as in 0.0.0.0:8080"
    )


def test_a_port_that_is_too_large_is_refused_with_the_largest():
    with pytest.raises(ConfigError, match=r"^ROTA_X: 'h:65536' has no port from 0 to 65535$"):
        parse_address("h:65536", "ROTA_X")
