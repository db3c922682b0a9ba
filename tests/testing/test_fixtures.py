"""The fixtures, in a project of their own."""

import os
import subprocess
import sys

import pytest

CONFTEST = 'pytest_plugins = ["rota.testing.fixtures"]\n'
TESTS = """
import os
from rota import CleanupTask
from rota.testing import FakeApi


def test_they_share_one_api(rota_api, rota_run, rota_simulate):
    assert isinstance(rota_api, FakeApi)
    assert rota_run(CleanupTask).exit_code == 0
    assert len(rota_simulate(CleanupTask, "2027-01-01T00:00:00Z", "3h").runs) == 3
    assert len(rota_api.calls) == 4


def test_settings_of_the_machine_are_hidden():
    assert [name for name in os.environ if name.startswith(("ROTA_", "BUSINESS_"))] == []
"""
# Neither may another plugin's event loop be in the way, nor theirs in that of another plugin.
ASYNC_TESTS = """
import asyncio
import pytest
from rota import CleanupTask
from rota.model.errors import UsageError


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_of_anyio(rota_api, anyio_backend):
    assert rota_api.calls == []


@pytest.mark.asyncio
async def test_of_pytest_asyncio(rota_run):
    with pytest.raises(UsageError, match="call it from a function that is not async"):
        rota_run(CleanupTask)
    assert (await asyncio.to_thread(rota_run, CleanupTask)).exit_code == 0


def test_of_neither(rota_run):
    assert rota_run(CleanupTask).exit_code == 0
"""
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "anyio.pytest_plugin")


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ((), 2),
        ((*PLUGINS, "-o", "asyncio_mode=strict"), 5),
        ((*PLUGINS, "-o", "asyncio_mode=auto", "-p", "xdist.plugin", "-n", "1"), 5),
    ],
    ids=["alone", "strict", "auto and xdist"],
)
def test_one_line_in_conftest_brings_them(tmp_path, arguments, passed):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_shop.py").write_text(TESTS)
    if arguments:
        (tmp_path / "test_async.py").write_text(ASYNC_TESTS)

    end = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=tmp_path,
        env={
            **{name: os.environ[name] for name in os.environ if "PYTEST" not in name},
            "ROTA_RELEASE": "theirs",
            "BUSINESS_API_URL": "http://shop",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert end.returncode == 0, end.stdout
    assert f"{passed} passed" in end.stdout
