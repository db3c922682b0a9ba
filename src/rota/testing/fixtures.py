"""Fixtures for pytest, by one line in conftest.py: `pytest_plugins = ["rota.testing.fixtures"]`.

The only module of rota that imports pytest.
"""

import os
from functools import partial
from typing import Any

import pytest

from rota.settings.model import Settings, variable_name
from rota.testing.fake_api import FakeApi
from rota.testing.simulation import simulate
from rota.testing.single_run import run_task

_PREFIX = "ROTA_"


@pytest.fixture(autouse=True)
def rota_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the settings of the machine that the tests run on."""
    named = {variable_name(field) for field in Settings.model_fields}
    for name in list(os.environ):
        if name.upper() in named or name.upper().startswith(_PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture
def rota_api() -> FakeApi:
    """Return a Business API in memory."""
    return FakeApi()


@pytest.fixture
def rota_run(rota_api: FakeApi) -> Any:
    """Return `run_task`, on `rota_api`."""
    return partial(run_task, api=rota_api)


@pytest.fixture
def rota_simulate(rota_api: FakeApi) -> Any:
    """Return `simulate`, on `rota_api`."""
    return partial(simulate, api=rota_api)
