import os

import pytest

from rota.settings import load_settings


@pytest.fixture
def settings_of(monkeypatch, tmp_path):
    """Return the settings of an environment that has these variables and no others of rota's."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("ROTA_") or name in ("TASK_INTERVAL_SECONDS", "BUSINESS_API_URL"):
            monkeypatch.delenv(name)

    def settings_of(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        return load_settings()

    yield settings_of
    load_settings.cache_clear()
