"""Finds observers: the entry points of installed packages, and the names in ROTA_OBSERVERS."""

import inspect
from typing import Any

from rota.model.errors import ConfigError
from rota.model.events import Observer
from rota.model.plain import plain_repr
from rota.runtime.streams import stdout_on_stderr
from rota.settings import Settings
from rota.settings.importing import describe_error, load_attribute
from rota.settings.installed import installed

ENTRY_POINT_GROUP = "rota.observers"


def find_observers(settings: Settings) -> list[Observer]:
    """Return the observers of installed packages, then those of the settings.

    A class is made without arguments. Raises ConfigError with the culprit named. What modules print
    while they are imported goes to stderr.
    """
    with stdout_on_stderr():
        packaged = [
            _observer(point.value, f"entry point {point.name!r} of group {ENTRY_POINT_GROUP!r}")
            for point in installed(ENTRY_POINT_GROUP)
        ]
        named = [_observer(target, "ROTA_OBSERVERS") for target in settings.observers]
    return [*packaged, *named]


def _observer(target: str, where: str) -> Observer:
    found: Any = load_attribute(target, where)
    if inspect.isclass(found):
        try:
            found = found()
        except (Exception, SystemExit) as error:
            raise ConfigError(
                f"{where}: {target!r} cannot be instantiated without arguments: "
                f"{describe_error(error)}"
            ) from error
    if not callable(found) or inspect.iscoroutinefunction(found):
        kind = "is a coroutine function" if callable(found) else "cannot be called"
        raise ConfigError(
            f"{where}: {target!r} ({plain_repr(found, 200)}) {kind}; "
            "an observer is a plain function of one event, or a class with such a __call__"
        )
    observer: Observer = found
    return observer
