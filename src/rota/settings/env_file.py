"""The file `.env` in the current folder, line by line."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from dotenv.parser import parse_stream

from rota.errors import SettingsError
from rota.settings.model import ENV_FILE_ENCODING
from rota.settings.unknown_names import known_names

_PATH = Path(".env")
_NAME = re.compile(r"\s*(?:export\s+)?[\'\"]?(\w+)")

# It speaks of lines without naming the file, and of everybody's.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)


def env_file_names_and_problems() -> tuple[list[str], list[str]]:
    """Return the names that `.env` sets, and a sentence for each line of rota's that sets none.

    Other lines are left alone. SettingsError where the file cannot be read.
    """
    known = known_names()
    names: list[str] = []
    problems: list[str] = []
    for line, name, has_value in _lines():
        if has_value:
            names.append(name)
        elif name.upper().startswith("ROTA_") or name.upper() in known:
            problem = f"write {name}=value on one line, and close what quotes open"
            problems.append(f".env, line {line}: cannot be read; {problem}")
    return names, problems


def _lines() -> Iterator[tuple[int, str, bool]]:
    if not _PATH.is_file():
        return
    try:
        with _PATH.open(encoding=ENV_FILE_ENCODING) as stream:
            for binding in parse_stream(stream):
                begin = _NAME.match(binding.original.string)
                if begin is not None:
                    has_value = not binding.error and binding.value is not None
                    line = binding.original.line + begin[0].count("\n")
                    yield line, binding.key or begin[1], has_value
    except UnicodeDecodeError:
        raise SettingsError(".env: not UTF-8; save the file in UTF-8") from None
    except OSError as error:
        raise SettingsError(f".env: cannot be read: {error.strerror}") from None
