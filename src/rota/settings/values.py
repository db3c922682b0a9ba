"""The kinds of values that settings have, and how their text is read."""

import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field
from pydantic_settings import NoDecode

from rota.model.errors import ConfigError


class LogLevel(StrEnum):
    """The levels of the logging module."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


# Unambiguous names and numbers of other tools.
LEVEL_ALIASES = {
    "TRACE": LogLevel.DEBUG,
    "INFORMATION": LogLevel.INFO,
    "WARN": LogLevel.WARNING,
    "ERR": LogLevel.ERROR,
    "CRIT": LogLevel.CRITICAL,
    "FATAL": LogLevel.CRITICAL,
    **{str(getattr(logging, level)): level for level in LogLevel},
}


class WebAccess(StrEnum):
    """How a reader of the console proves to be one."""

    LOOPBACK = "loopback"
    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    PROXY = "proxy"


class LogFormat(StrEnum):
    """How a log line looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def any_case(value: object) -> object:
    """Return a text without spaces around it, in lower case."""
    return value.strip().lower() if isinstance(value, str) else value


def checked_by(parse: Callable[[str], object]) -> AfterValidator:
    """Return a validator that leaves an empty text alone, and any other that `parse` takes."""

    def check(value: str) -> str:
        try:
            if value:
                parse(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return value

    return AfterValidator(check)


def seed_name(name: str) -> Any:
    """Return a field that is read from `name`, without the prefix, as in the seed document."""
    return Field(validation_alias=AliasChoices(name))


def _split_commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _named(value: object) -> object:
    if value == "":
        raise ValueError("is empty: name a file, or leave the variable unset")
    return value


def _level_of_any_tool(value: object) -> object:
    if isinstance(value, str):
        text = value.strip().upper()
        return LEVEL_ALIASES.get(text, text)
    return value


Level = Annotated[LogLevel, BeforeValidator(_level_of_any_tool)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
NamedFile = Annotated[Path | None, BeforeValidator(_named)]
