"""Turns `module:attribute` into the object that it names."""

import contextlib
import difflib
import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from rota.errors import ConfigError


def load_attribute(target: str, where: str) -> Any:
    """Return what `module:attribute` names; ConfigError names `where` it stands and the culprit."""
    module_name, colon, path = target.partition(":")
    if not colon or not module_name or not path:
        raise ConfigError(
            f"{where}: {target!r} is not of the form 'module:attribute', for example "
            "'shop.tasks:SendBills'"
        )
    found: Any = _import(module_name, where)
    for attribute in path.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            public = [name for name in dir(found) if not name.startswith("_")]
            near = difflib.get_close_matches(attribute, public, n=1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise ConfigError(
                f"{where}: {module_name!r} has no attribute {attribute!r}{hint}"
            ) from None
    return found


def place_of(error: BaseException) -> str:
    """Return ` (file, line n)` of the innermost frame outside the import machinery, if any.

    Nothing for a SyntaxError, whose own text says where.
    """
    if isinstance(error, SyntaxError):
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if "importlib" not in frame.filename][1:]
    return f" ({outside[-1].filename}, line {outside[-1].lineno})" if outside else ""


def _import(module_name: str, where: str) -> ModuleType:
    # As celery and uvicorn do: a module in the folder where the command is typed can be named. It
    # goes last, so that nothing there stands in for an installed module.
    with contextlib.suppress(FileNotFoundError):
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.append(here)
    try:
        return importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"{where}: {module_name!r} cannot be imported: {type(error).__name__}: {error}"
            f"{place_of(error)}"
        ) from error
