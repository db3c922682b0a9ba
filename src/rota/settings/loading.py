"""Reads the environment and `.env` once, and explains what is wrong with them."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as PydanticSettingsError

from rota.logs.redaction import SecretKind, hide, hide_all
from rota.model.errors import SettingsError
from rota.net.ping_targets import parse_ping_targets
from rota.settings.env_file import read_env_file
from rota.settings.model import Settings, variable_name
from rota.settings.settings_text import FILE_NAME, TEXT_NAME, SettingsText, settings_texts
from rota.settings.task_variables import task_variable
from rota.settings.unknown_names import unknown_name_problems

_SECRET_FIELDS = frozenset({"api_token", "ping_url", "otlp_headers", "otlp_traces_headers"})
_LONGEST_VALUE_SHOWN = 80
# Where pydantic found a wrong field of a task: in `task`, under the task's name, in the field.
_TASK_FIELD_DEPTH = 3


@cache
def load_settings() -> Settings:
    """Return the process's settings. Raises SettingsError, which names all problems at once."""
    env_file = read_env_file()
    problems = [*env_file.problems, *unknown_name_problems([*os.environ, *env_file.values])]
    texts = settings_texts()
    problems += _problems_of_texts(texts, env_file.values)
    try:
        settings = _settings_below_environment(
            env_file.values, *(text.values for text in reversed(texts))
        )
    except ValidationError as error:
        problems += [
            _sentence(problem, texts)
            for problem in error.errors(include_url=False)
            if not _is_unknown_name(problem)
        ]
    except PydanticSettingsError as error:
        # pydantic-settings' own text names the field, but prints no value.
        problems.append(f"the environment cannot be read: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    if settings.api_token is not None:
        # Here, before any module of the application is imported.
        hide(settings.api_token.get_secret_value(), SecretKind.API_TOKEN)
    if settings.ping_url is not None:
        targets = parse_ping_targets(settings.ping_url.get_secret_value())
        hide_all(targets.secrets(), SecretKind.PING_URLS)
    hide_all(settings.trace_secrets(), SecretKind.TRACES)
    return settings


def _settings_below_environment(*sources: Mapping[str, str]) -> Settings:
    """Return the settings of the environment, and below it of `sources`.

    Of these the last wins.
    """
    if not any(sources):
        return Settings()
    source = EnvSettingsSource(Settings)
    source.env_vars = {
        name.lower(): value for each in (*sources, os.environ) for name, value in each.items()
    }
    return Settings(**source())


def default_settings() -> Settings:
    """Return the default settings, without reading the environment or files."""
    return Settings.model_construct()


def settings_with(values: Mapping[str, Any]) -> Settings:
    """Return the defaults with `values`, by field, without reading the environment or files.

    Raises pydantic's ValidationError.
    """
    settings = Settings.__new__(Settings)
    # That of BaseSettings reads the environment.
    BaseModel.__init__(settings, **values)
    return settings


def _is_unknown_name(problem: Any) -> bool:
    """Whether `unknown_name_problems` reports it: an unknown field of a task, or none at all."""
    names_no_field = problem["loc"][:1] == ("task",) and len(problem["loc"]) < _TASK_FIELD_DEPTH
    return problem["type"] == "extra_forbidden" or names_no_field


def _problems_of_texts(texts: Sequence[SettingsText], env_file_names: Iterable[str]) -> list[str]:
    problems = [
        f".env: {name}: belongs in the environment"
        for name in env_file_names
        if name.upper() in (TEXT_NAME, FILE_NAME)
    ]
    for text in texts:
        problems += text.problems
        problems += [f"{text.place}: {each}" for each in unknown_name_problems(text.values)]
    return problems


def _place(name: str, texts: Sequence[SettingsText]) -> str:
    """Return the place of a refused value for a message; empty for the environment and .env."""
    if name not in {variable.upper() for variable in os.environ}:
        for text in texts:
            if name in text.values:
                return f"{text.place}: "
    return ""


def _sentence(problem: Any, texts: Sequence[SettingsText]) -> str:
    location = problem["loc"]
    message = _words_of(problem)
    if not location:
        return message
    field = _field_of(str(location[0]))
    if field is None:
        return f"{location[0]}: {message}"
    name = variable_name(field)
    if field == "task" and len(location) >= _TASK_FIELD_DEPTH:
        name = task_variable(str(location[1]), str(location[2]))
    return f"{_place(name, texts)}{name}: {message}{_shown(field, problem)}"


def _words_of(problem: Any) -> str:
    if problem["type"] == "bool_parsing":
        return "must be true or false, 1 or 0, yes or no"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return re.sub(r"^(Input|String|Value) should", "must", message)


def _field_of(location: str) -> str | None:
    for field in Settings.model_fields:
        if location in (field, variable_name(field)) or location.upper() == variable_name(field):
            return field
    return None


def _shown(field: str, problem: Any) -> str:
    value = problem.get("input")
    # A bad URL may have a password anywhere, so it is never repeated.
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
