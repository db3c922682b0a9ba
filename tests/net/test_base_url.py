import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import SettingsError
from rota.net.base_url import parse_base_url


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
        ("http://user:canary@h", "no user name"),
        ("http://@h", "no user name"),
        ("http://h?key=canary", "no query"),
        ("http://h/?", "no query"),
        ("http://h/#", "no query"),
        ("http://h/a/../b", "'..'"),
        ("http://h/%2e%2E/b", "'..'"),
        ("http://h/a b", "spaces"),
        ("http://h\n", "spaces"),
        ("http://h\\x", "spaces"),
    ],
)
def test_what_is_no_base_url_is_refused_without_repeating_it(text, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        parse_base_url(text)
    assert "canary" not in str(caught.value)


@given(st.from_regex(r"https?://[a-z.\[\]:@%_0-9-]{1,20}(/[a-z%.]{0,6})?", fullmatch=True))
def test_what_is_accepted_is_stable_and_a_url_to_httpx(text):
    try:
        canonical = parse_base_url(text)
    except SettingsError:
        return
    assert parse_base_url(canonical) == canonical
    assert httpx.URL(canonical).host
