"""How a log line looks: structlog on stdlib logging, so that a task's own `self.logger` joins in.

Every line, rota's or a task's, carries the fields of the run that it was written in.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from rota.logs import redaction
from rota.logs.line import bounded_json_line, bounded_text, json_line
from rota.logs.record import FieldsRecord
from rota.model.context import current_execution
from rota.model.plain import plain_repr
from rota.runtime import streams

# Both print whole URLs or headers, which may hold what nobody should read (encode/httpx#2760).
_CHATTY_LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2", "asyncio")

# A traceback has many lines, and is to keep them.
_MULTILINE_KEY = "exception"

_own_handler: logging.Handler | None = None


def configure(*, level: str, log_format: str, secrets: Iterable[str] = ()) -> None:
    """Log to stderr at `level` (a logging name) as `json`, `console` or `auto`.

    stdout is kept for what a command was asked for. May be called again, for example in tests.
    """
    global _own_handler  # noqa: PLW0603 (logging is the process's)
    redaction.hide_all(secrets, redaction.SecretKind.API_TOKEN)
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = _QuietHandler(sys.stderr)
    handler.setFormatter(_formatter(console=console))
    root = logging.getLogger()
    for old in root.handlers[:]:
        # One that an application has put there would write each line again, in a form of its own.
        if isinstance(old, _QuietHandler) or is_console(old):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    _own_handler = handler
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def own_handler() -> logging.Handler | None:
    """Return the handler that `configure` has made, even where the root logger has lost it."""
    return _own_handler


def is_console(handler: logging.Handler) -> bool:
    """Whether a handler writes to this process's stdout or stderr."""
    consoles = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return isinstance(handler, logging.StreamHandler) and handler.stream in consoles


class _QuietHandler(logging.StreamHandler[TextIO]):
    """A handler that gives up on a broken pipe: complaining would only meet the same pipe."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        if isinstance(sys.exc_info()[1], OSError):
            return
        super().handleError(record)


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks secrets in the finished line, tracebacks included, and then bounds its length."""

    def __init__(self, bounded: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._bounded = bounded

    def format(self, record: logging.LogRecord) -> str:
        return self._bounded(redaction.redact(self._line(record)))

    def _line(self, record: logging.LogRecord) -> str:
        return super().format(record)


class _JsonFormatter(_RedactingFormatter):
    """Writes a line of JSON; two of each run come with their fields ready, and take a third."""

    def _line(self, record: logging.LogRecord) -> str:
        if not isinstance(record, FieldsRecord):
            return super()._line(record)
        line = {
            "timestamp": _timestamp(record.created),
            "level": record.levelname.lower(),
            "event": record.fields["event"],
        }
        execution = None if "run_id" in record.fields else current_execution()
        if execution is not None:
            line |= execution.run.facts()
        return json_line({**line, **record.fields, "logger": record.name})


@lru_cache(maxsize=1)
def _second(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _timestamp(epoch_seconds: float) -> str:
    seconds = int(epoch_seconds)
    return f"{_second(seconds)}.{int((epoch_seconds - seconds) * 1_000_000):06}Z"


def _formatter(*, console: bool) -> logging.Formatter:
    renderer: Processor
    if console:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty() and not streams.refuses_colour(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    else:
        renderer = structlog.processors.JSONRenderer(_json)
    processors: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_run_fields,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
    ]
    if console:
        processors.append(_escape_unprintable)
    formatter = _RedactingFormatter if console else _JsonFormatter
    return formatter(
        bounded_text if console else bounded_json_line,
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[*processors, renderer],
    )


def _add_run_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    execution = current_execution()
    return event if execution is None else {**execution.run.facts(), **event}


def _json(event: EventDict, **_: Any) -> str:
    return json_line(event)


class _Shown(str):
    """A representation, which is not to be put in quotes again."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _escape_unprintable(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if not isinstance(value, str):
            # What the renderer would print, where that does not raise.
            event[key] = _Shown(plain_repr(value))
        elif not value.isprintable():
            kept = "\n\t" if key == _MULTILINE_KEY else ""
            event[key] = "".join(
                one if one.isprintable() or one in kept else repr(one)[1:-1] for one in value
            )
    return event
