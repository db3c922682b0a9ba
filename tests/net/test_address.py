import pytest

from rota.model.errors import ConfigError
from rota.net.address import parse_address


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
def test_what_is_no_address_is_refused_with_its_form(text):
    with pytest.raises(ConfigError) as caught:
        parse_address(text, "ROTA_X")
    assert str(caught.value) == (
        f"ROTA_X: {text!r} is not of the form host:port, as in 0.0.0.0:8080"
    )


def test_a_port_that_is_too_large_is_refused_with_the_largest():
    with pytest.raises(ConfigError, match=r"^ROTA_X: 'h:65536' has no port from 0 to 65535$"):
        parse_address("h:65536", "ROTA_X")
