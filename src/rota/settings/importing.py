"""Turns `module:attribute` into the object that it names."""

import contextlib
import difflib
import importlib
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from rota.model.errors import ConfigError, ScheduleError, TaskDefinitionError
from rota.model.plain import plain_text

_LIBRARY = Path(os.__file__).parent
_ROTA = Path(__file__).parents[1]
_INSTALLED = ("site-packages", "dist-packages")


def load_attribute(target: str, where: str) -> Any:
    """Return what `module:attribute` names. Raises ConfigError, which names `where` and why."""
    module_name, colon, path = target.partition(":")
    if not colon or not module_name or not path:
        raise ConfigError(
            f"{where}: {target!r} is not of the form 'module:attribute', for example "
            "'shop.tasks:SendBills'"
        )
    module = _import(module_name, where)
    found: Any = module
    for attribute in path.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            public = [name for name in dir(found) if not name.startswith("_")]
            near = difflib.get_close_matches(attribute, public, n=1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise ConfigError(
                f"{where}: {module_name!r} has no attribute {attribute!r}{hint}"
                f"{_origin_of(module, module_name)}"
            ) from None
    return found


def load_target(target: str, where: str) -> Any:
    """Return what `module:attribute` names, or for `module` alone that module; errors as above."""
    if ":" in target:
        return load_attribute(target, where)
    try:
        return _import(target, where)
    except ConfigError as error:
        package, _, attribute = target.rpartition(".")
        missing = isinstance(error.__cause__, ModuleNotFoundError)
        if missing and package and error.__cause__.name == target:  # type: ignore[union-attr]  # it is one
            raise ConfigError(f"{error}; an attribute is named '{package}:{attribute}'") from None
        raise


def describe_error(error: BaseException) -> str:
    """Return an error's class and text, and the line of the application that raised it.

    Errors of task definitions have only their text, which explains itself.
    """
    place = _place_of(error)
    if isinstance(error, TaskDefinitionError | ScheduleError):
        text = plain_text(error)
        return text if ", line " in text else f"{text}{place}"
    return f"{type(error).__name__}: {plain_text(error)}{place}"


def _place_of(error: BaseException) -> str:
    """Return ` (file, line n)` of the application's innermost frame, if there is one.

    Nothing for a SyntaxError, whose own text says where.
    """
    if isinstance(error, SyntaxError):
        return ""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        # Frozen modules and code compiled from a string have no file.
        if not frame.filename.startswith("<") and not _is_not_application(frame.filename)
    ]
    if not frames:
        return ""
    # The first one is in the module that was named; it may be an installed one itself.
    package = _package_of(frames[0].filename)
    own = [
        frame
        for frame in frames
        if not _is_installed(frame.filename) or _package_of(frame.filename) == package
    ]
    return f" ({own[-1].filename}, line {own[-1].lineno})"


def _is_not_application(filename: str) -> bool:
    if Path(filename).is_relative_to(_ROTA):
        return True
    return Path(filename).is_relative_to(_LIBRARY) and not _is_installed(filename)


def _is_installed(filename: str) -> bool:
    return any(part in _INSTALLED for part in Path(filename).parts)


def _package_of(filename: str) -> Path:
    """Return the folder of the outermost package around a file, or a lone module's file."""
    path = Path(filename)
    while (path.parent / "__init__.py").exists():
        path = path.parent
    return path


def _origin_of(module: ModuleType, module_name: str) -> str:
    """Return which file was imported; for a name of Python's own, which file it hides."""
    origin = getattr(module, "__file__", None)
    top_level = module_name.partition(".")[0]
    text = f" ({origin})" if origin else ""
    if top_level not in sys.stdlib_module_names:
        return text
    text = f" ({origin or 'built into Python'}, which is Python's own module"
    hidden = Path(f"{top_level}.py"), Path(top_level)
    with contextlib.suppress(OSError):
        text += "".join(f"; rename {each}, which it hides" for each in hidden if each.exists())
    return f"{text})"


def _import(module_name: str, where: str) -> ModuleType:
    # As with celery and uvicorn, modules in the current folder can be named. It goes last, so that
    # nothing there hides an installed module.
    here = "which is gone"
    with contextlib.suppress(OSError):  # it may be deleted
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.append(here)
    try:
        return importlib.import_module(module_name)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        package = sys.modules.get(module_name.partition(".")[0])
        missing = isinstance(error, ModuleNotFoundError) and package is not None
        origin = _origin_of(package, module_name) if missing and package else ""
        if package is None and getattr(error, "name", None) == module_name.partition(".")[0]:
            origin = f"; it is neither installed nor in this folder ({here})"
        raise ConfigError(
            f"{where}: {module_name!r} cannot be imported: {describe_error(error)}{origin}"
        ) from error
