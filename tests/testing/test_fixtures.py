"""The fixtures, in a project of their own."""

import os
import subprocess
import sys

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


def test_one_line_in_conftest_brings_them(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_shop.py").write_text(TESTS)

    end = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={
            **os.environ,
            "ROTA_RELEASE": "theirs",
            "BUSINESS_API_URL": "http://shop",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert end.returncode == 0, end.stdout
    assert "2 passed" in end.stdout
