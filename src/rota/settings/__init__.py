"""Settings: one frozen object, read once. The only reader of the environment.

`settings` is loaded on first use rather than on import, so that `--help` works when it is broken.
"""

from typing import TYPE_CHECKING, Any

from rota.model.task_fields import CatchUp, Overlap
from rota.settings.loading import default_settings, load_settings, settings_with
from rota.settings.model import Settings, variable_name
from rota.settings.settings_text import parse_settings_text, settings_text
from rota.settings.task_overrides import TaskOverrides
from rota.settings.task_variables import (
    override_key,
    task_variable,
    text_of,
    texts_of_task,
    value_of,
)
from rota.settings.values import LogFormat, LogLevel, WebAccess

if TYPE_CHECKING:
    settings: Settings

__all__ = [
    "CatchUp",
    "LogFormat",
    "LogLevel",
    "Overlap",
    "Settings",
    "TaskOverrides",
    "WebAccess",
    "default_settings",
    "load_settings",
    "override_key",
    "parse_settings_text",
    "settings",
    "settings_text",
    "settings_with",
    "setup_logging",
    "task_variable",
    "text_of",
    "texts_of_task",
    "value_of",
    "variable_name",
]


def __getattr__(name: str) -> Any:
    if name == "settings":
        return load_settings()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def setup_logging() -> None:
    """Send this process's logs to stderr, in the level and format of the settings."""
    from rota.logs import setup as logs  # noqa: PLC0415 (reading settings needs no structlog)

    current = load_settings()
    secret = current.api_token
    logs.configure(
        level=current.effective_log_level().value,
        log_format=current.log_format.value,
        secrets=[secret.get_secret_value()] if secret else [],
    )
