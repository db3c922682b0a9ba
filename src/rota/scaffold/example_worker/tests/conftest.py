from collections.abc import Callable

import pytest
from rota.testing import FakeApi

pytest_plugins = ["rota.testing.fixtures"]


def business_api() -> FakeApi:
    """Return a Business API in memory; give it the answers of each endpoint that a task uses."""
    api = FakeApi(pending=["a", "b"], expired=7)
    return api.on("POST", "/api/v1/operations/{name}", {"done": 3})


@pytest.fixture
def api() -> FakeApi:
    return business_api()


@pytest.fixture
def new_api() -> Callable[[], FakeApi]:
    return business_api
