import pytest

from rota.settings import load_settings
from support.environment import clear_environment, settings_from


@pytest.fixture
def settings_of(monkeypatch, tmp_path):
    """Return the settings of an environment that has these variables and no others of rota's."""
    clear_environment(monkeypatch, tmp_path)
    yield lambda **variables: settings_from(monkeypatch, variables)
    load_settings.cache_clear()
