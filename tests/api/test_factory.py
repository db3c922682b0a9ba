from pathlib import Path

import pytest

from fixtures import seed_client
from fixtures.seed_client import ShopApiClient
from rota.api import BusinessApiClient
from rota.api.factory import api_options, make_client
from rota.model.errors import ConfigError, SettingsError
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


def test_a_client_of_the_applications_own_is_made_with_the_url_and_then_handed_the_options():
    settings = Settings(
        api_client="fixtures.seed_client:ShopApiClient",
        business_api_url="http://shop.example.com/v2",
        api_attempts=9,
    )

    client = make_client(settings)

    assert type(client) is ShopApiClient
    assert client.base_url == "http://shop.example.com/v2"
    assert client.options == api_options(settings)


class NeedsMore(BusinessApiClient):
    def __init__(self, base_url, shop):
        super().__init__(base_url)


class Leaves(BusinessApiClient):
    def __init__(self, base_url):
        raise SystemExit(3)


@pytest.mark.parametrize(
    ("client_class", "problem"),
    [
        (NeedsMore, r"TypeError: .*missing 1 required positional argument: 'shop'"),
        (Leaves, r"SystemExit: 3 \(.*test_factory\.py, line \d+\)"),
    ],
)
def test_a_client_that_cannot_be_made_with_the_url_alone_is_named_with_what_it_raised(
    monkeypatch, client_class, problem
):
    monkeypatch.setattr(seed_client, "ShopApiClient", client_class)
    target = "fixtures.seed_client:ShopApiClient"

    refusal = (
        f"^ROTA_API_CLIENT: '{target}' cannot be instantiated with only the base URL: {problem}"
    )
    with pytest.raises(ConfigError, match=refusal):
        make_client(Settings(api_client=target))


def test_a_url_that_cannot_be_called_is_refused_in_the_words_of_every_client():
    with pytest.raises(SettingsError) as refused:
        make_client(Settings.model_construct(**vars(Settings()) | {"business_api_url": "h:80"}))
    assert "ROTA_API_CLIENT" not in str(refused.value)


@pytest.mark.parametrize("target", ["json:loads", "json:JSONDecoder", "json:nothing", "json"])
def test_a_client_that_cannot_be_used_is_refused_by_the_settings_name(target):
    with pytest.raises(ConfigError, match=r"^ROTA_API_CLIENT: "):
        make_client(Settings(api_client=target))


def install(monkeypatch, folder, package, client):
    info = folder / f"{package}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[rota.api_client]\n{package} = {client}\n")
    monkeypatch.syspath_prepend(folder)


def test_an_installed_package_names_the_client(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path, "shop", "fixtures.seed_client:ShopApiClient")

    assert type(make_client(Settings())) is seed_client.ShopApiClient
    assert type(make_client(Settings(api_client="rota.api:BusinessApiClient"))) is BusinessApiClient


def test_of_two_packages_that_name_a_client_the_setting_decides(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path / "one", "shop", "fixtures.seed_client:ShopApiClient")
    install(monkeypatch, tmp_path / "two", "depot", "depot.client:DepotClient")

    with pytest.raises(ConfigError) as refused:
        make_client(Settings())

    assert str(refused.value) == (
        "several packages name an API client: 'depot.client:DepotClient' (entry point 'depot' of "
        "package 'depot'), 'fixtures.seed_client:ShopApiClient' (entry point 'shop' of package "
        "'shop'); ROTA_API_CLIENT decides"
    )


def test_a_client_that_a_package_names_in_vain_is_refused_with_the_package(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path, "shop", "json:loads")

    with pytest.raises(ConfigError, match=r"^entry point 'shop' of package 'shop': 'json:loads' "):
        make_client(Settings())
