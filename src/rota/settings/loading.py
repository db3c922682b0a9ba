"""Reads the environment and `.env` once, and says in words what is wrong with them."""

import os
from functools import cache
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import SettingsError as PydanticSettingsError

from rota.errors import SettingsError
from rota.settings.model import ENV_FILE_ENCODING, Settings, variable_name
from rota.settings.unknown_names import unknown_name_problems

_SECRET_FIELDS = frozenset({"api_token"})
_LONGEST_VALUE_SHOWN = 80


@cache
def load_settings() -> Settings:
    """Return the process's settings; SettingsError (exit code 2) names every culprit at once."""
    problems = unknown_name_problems([*os.environ, *_env_file_values()])
    try:
        settings = Settings()
    except ValidationError as error:
        # Fields that no task has are among the unknown names already.
        problems += [
            _sentence(problem)
            for problem in error.errors(include_url=False)
            if problem["type"] != "extra_forbidden"
        ]
    except PydanticSettingsError as error:
        # pydantic-settings' own text names the field, but prints no value.
        problems.append(f"the environment cannot be read: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _env_file_values() -> dict[str, str | None]:
    try:
        return dotenv_values(".env", encoding=ENV_FILE_ENCODING)
    except UnicodeDecodeError:
        raise SettingsError(".env: not UTF-8; save the file in UTF-8") from None
    except OSError as error:
        raise SettingsError(f".env: cannot be read: {error.strerror}") from None


def _sentence(problem: Any) -> str:
    location = problem["loc"]
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not location:
        return message
    field = _field_of(str(location[0]))
    if field is None:
        return f"{location[0]}: {message}"
    name = variable_name(field)
    if field == "task" and len(location) > 1:
        name = "__".join(["ROTA_TASK", *(str(part).upper() for part in location[1:3])])
    return f"{name}: {message[:1].lower()}{message[1:]}{_shown(field, problem)}"


def _field_of(location: str) -> str | None:
    for field in Settings.model_fields:
        if location in (field, variable_name(field)) or location.upper() == variable_name(field):
            return field
    return None


def _shown(field: str, problem: Any) -> str:
    value = problem.get("input")
    # A URL may hold a password in a place where no URL has one, so it is never repeated.
    if (
        field in _SECRET_FIELDS
        or field == "business_api_url"
        or not isinstance(value, str | int | float)
    ):
        return ""
    text = repr(value)
    if len(text) > _LONGEST_VALUE_SHOWN:
        text = text[:_LONGEST_VALUE_SHOWN] + "…"
    return f" (got {text})"
