"""Protects rota's loggers from what an application does to the process's logging.

An application may call `logging.basicConfig(force=True)`, `dictConfig` (which disables every logger
that it does not name) and `logging.disable`, at import as in a task. The lines on the start and the
end of each run are written all the same.
"""

import contextlib
import logging
from collections.abc import Iterator

from rota.logs.setup import is_console, own_handler

_PACKAGE = "rota"


class _ProtectedLogger(logging.Logger):
    """A logger whose handler and level only rota can change.

    Handlers that an application has added to the root logger, such as a file, get its lines too.
    """

    @property
    def disabled(self) -> bool:
        return False

    @disabled.setter
    def disabled(self, _: bool) -> None:
        pass

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 (logging's own name)
        return level >= _level

    def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802
        own = own_handler()
        if own is not None:
            own.handle(record)
        for handler in logging.getLogger().handlers:
            if handler is not own and not is_console(handler) and record.levelno >= handler.level:
                handler.handle(record)


_level = logging.INFO


@contextlib.contextmanager
def protected_loggers() -> Iterator[None]:
    """Protect rota's loggers while the body runs. Call `logs.configure` before."""
    global _level  # noqa: PLW0603 (logging is the process's)
    _level = logging.getLogger(_PACKAGE).getEffectiveLevel()
    before = logging.getLoggerClass()
    _turn(logging.Logger, _ProtectedLogger)
    # Modules that are imported later ask for theirs then.
    logging.setLoggerClass(_class_by_name(before))
    try:
        yield
    finally:
        logging.setLoggerClass(before)
        _turn(_ProtectedLogger, logging.Logger)


def _turn(old: type[logging.Logger], new: type[logging.Logger]) -> None:
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if type(logger) is old and f"{name}.".startswith(f"{_PACKAGE}."):
            logger.__class__ = new  # the same layout


def _class_by_name(others: type[logging.Logger]) -> type[logging.Logger]:
    class ByName(others):  # type: ignore[misc, valid-type]  # the application's own, mostly Logger
        def __init__(self, name: str, level: int = logging.NOTSET) -> None:
            super().__init__(name, level)
            if type(self) is ByName:
                own = f"{name}.".startswith(f"{_PACKAGE}.")
                self.__class__ = _ProtectedLogger if own else others  # type: ignore[assignment]

    return ByName
