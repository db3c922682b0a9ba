"""An environment that has the variables of one test and no others of rota's."""

import os

from rota.settings import load_settings

# The seed's, and the one that Kubernetes sets in an Indexed Job.
PLAIN_NAMES = (
    "BUSINESS_API_URL",
    "TASK_INTERVAL_SECONDS",
    "DEBUG",
    "LOG_LEVEL",
    "JOB_COMPLETION_INDEX",
)


def is_setting(name):
    """Whether rota would read a variable of this name, which pydantic does in any case."""
    return name.upper().startswith(("ROTA_", "OTEL_")) or name.upper() in PLAIN_NAMES


def clear_environment(monkeypatch, folder):
    """Move to `folder`, which may hold an `.env`, and forget every setting."""
    monkeypatch.chdir(folder)
    for name in list(os.environ):
        if is_setting(name):
            monkeypatch.delenv(name)
    load_settings.cache_clear()


def settings_from(monkeypatch, variables):
    """Return the settings of an environment with `variables` in it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    return load_settings()
