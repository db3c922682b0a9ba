from pathlib import Path

import pytest

from rota.api.factory import api_options, make_client
from rota.model.errors import ConfigError
from rota.settings import Settings


@pytest.mark.fault(106)
async def test_the_requests_are_those_of_the_release_and_namespace_in_the_settings():
    client = make_client(Settings(release="shop", namespace="live"))
    assert client.options is not None
    assert (client.options.release, client.options.namespace) == ("shop", "live")


# Setting → another value than its default; the option has its name, less `api_`.
OPTIONS = {
    "api_timeout_seconds": 7.0,
    "api_deadline_seconds": 8.0,
    "api_attempts": 9,
    "api_idempotent": False,
    "api_max_response_bytes": 10_000,
    "api_max_pages": 11,
    "api_token_file": Path("/token"),
    "api_ca_file": Path("/ca"),
    "api_client_cert_file": Path("/cert"),
    "api_client_key_file": Path("/key"),
    "release": "shop",
    "namespace": "live",
}


def test_every_setting_of_requests_reaches_the_client():
    options = api_options(Settings(api_backoff_seconds=3.0, **OPTIONS))

    assert options.backoff_initial_seconds == 3.0
    for name, value in OPTIONS.items():
        assert getattr(options, name.removeprefix("api_")) == value, name


def test_a_token_is_handed_over_in_clear():
    assert api_options(Settings(api_token="t")).token == "t"


@pytest.mark.parametrize("target", ["json:loads", "json:nothing", "json"])
def test_a_client_that_cannot_be_used_is_refused_by_the_settings_name(target):
    with pytest.raises(ConfigError, match=r"^ROTA_API_CLIENT: "):
        make_client(Settings(api_client=target))
