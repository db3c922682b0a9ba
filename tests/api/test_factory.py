import pytest

from rota.api.factory import make_client
from rota.settings import Settings


@pytest.mark.fault(106)
async def test_the_requests_are_those_of_the_release_and_namespace_in_the_settings():
    client = make_client(Settings(release="shop", namespace="live"))
    assert client.options is not None
    assert (client.options.release, client.options.namespace) == ("shop", "live")
