"""The file `.env` in the current folder, read once, since it may be a pipe."""

import logging
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from rota.model.errors import SettingsError
from rota.settings.unknown_names import known_names

_PATH = Path(".env")
# UTF-8, with or without the byte order mark of some editors.
_ENCODING = "utf-8-sig"
_NAME = re.compile(r"\s*(?:export\s+)?[\'\"]?(\w+)")

# It warns of lines without naming the file, also of those that are not rota's.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What `.env` sets, and a sentence for each line of rota's that cannot be read."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_env_file() -> EnvFile:
    """Return the content of `.env`, if there is one. Raises SettingsError if it cannot be read."""
    text = _text()
    if text is None:
        return EnvFile()
    values = dotenv_values(stream=StringIO(text))
    return EnvFile(
        {name: value for name, value in values.items() if value is not None},
        tuple(_problems(text)),
    )


def _text() -> str | None:
    try:
        mode = _PATH.stat().st_mode
    except PermissionError:
        raise SettingsError(
            ".env: cannot be read: this user may not enter the current folder; "
            "start rota in another one"
        ) from None
    except OSError:
        # Neither the file nor perhaps the folder exists.
        return None
    try:
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            return None
        return _PATH.read_text(_ENCODING)
    except UnicodeDecodeError:
        raise SettingsError(".env: not UTF-8; save the file in UTF-8") from None
    except OSError as error:
        raise SettingsError(f".env: cannot be read: {error.strerror}") from None


def _problems(text: str) -> Iterator[str]:
    known = known_names()
    for line, name in _lines_without_value(text):
        if name.upper().startswith("ROTA_") or name.upper() in known:
            problem = f"write {name}=value on one line, and close what quotes open"
            yield f".env, line {line}: cannot be read; {problem}"


def _lines_without_value(text: str) -> Iterator[tuple[int, str]]:
    for binding in parse_stream(StringIO(text)):
        begin = _NAME.match(binding.original.string)
        if begin is not None and (binding.error or binding.value is None):
            yield binding.original.line + begin[0].count("\n"), binding.key or begin[1]
