"""Settings in one text, as manifests pass them to a pod: lines of NAME=value, as in `.env`.

One variable or one file has them all: if settings were separate keys of an object, a failed upgrade
could leave some of them behind (Helm 3 never removes what only a failed revision had). Unlike in
`.env`, `${NAME}` is not expanded.
"""

import io
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

from rota.model.errors import SettingsError

TEXT_NAME = "ROTA_SETTINGS"
FILE_NAME = "ROTA_SETTINGS_FILE"

_PLAIN = re.compile(r"[A-Za-z0-9_./:,@%+-]*")


class SettingsText(NamedTuple):
    """What one text sets: values by upper-case name, and a sentence per bad line."""

    place: str
    values: Mapping[str, str]
    problems: tuple[str, ...]


def settings_texts() -> list[SettingsText]:
    """Return the text in ROTA_SETTINGS and that of the file; the first one wins.

    Raises SettingsError if the file cannot be read.
    """
    texts = []
    text, path = _variable(TEXT_NAME), _variable(FILE_NAME)
    if text:
        texts.append(parse_settings_text(text, TEXT_NAME))
    if path:
        texts.append(parse_settings_text(_content(path), path))
    return texts


@cache
def parse_settings_text(text: str, place: str) -> SettingsText:
    """Return what `text` sets; `place` names it in messages."""
    values: dict[str, str] = {}
    problems = []
    for binding in parse_stream(io.StringIO(text)):
        source = binding.original.string
        begin = source.lstrip()
        if not begin or begin.startswith("#"):
            continue
        if binding.error or binding.key is None or binding.value is None:
            line = binding.original.line + source[: -len(begin)].count("\n")
            problems.append(
                f"{place}, line {line}: cannot be read; write NAME=value on one line, and close "
                "what quotes open"
            )
            continue
        name = binding.key.upper()
        if name in (TEXT_NAME, FILE_NAME):
            problems.append(
                f"{place}: {name}: belongs in the environment, not in a text of settings"
            )
        values[name] = binding.value
    return SettingsText(place, values, tuple(problems))


def settings_text(values: Mapping[str, str]) -> str:
    """Return `values` as lines that `parse_settings_text` reads, in their order."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _variable(name: str) -> str:
    return next((value for key, value in os.environ.items() if key.upper() == name), "")


def _content(path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{FILE_NAME}: {path} is not UTF-8; save the file in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{FILE_NAME}: {path} cannot be read: {error.strerror}") from None
