import pytest

from support.loopback_api import loopback_api
from support.processes import Launcher


@pytest.fixture
def api():
    with loopback_api() as running:
        yield running


@pytest.fixture
def rota(tmp_path, api):
    launcher = Launcher(tmp_path, api.url)
    yield launcher
    launcher.close()
