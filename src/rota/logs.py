"""How a log line looks: structlog on stdlib logging, so that a task's own `self.logger` joins in.

Every line, whoever writes it, carries the fields of the run that it was written in.
"""

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from rota import redaction
from rota.clock import rfc3339
from rota.context import current_execution

# Both print whole URLs or headers, which may hold what nobody should read (encode/httpx#2760).
_CHATTY_LOGGERS = ("httpx", "httpcore", "asyncio")

_CONTROL_CHARACTERS = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"
}


def configure(*, level: str, log_format: str, secrets: Iterable[str] = ()) -> None:
    """Log to stderr at `level` (a logging name) as `json`, `console` or `auto`.

    stdout is kept for what a command was asked for. May be called again, for example in tests.
    """
    redaction.hide_all(secrets)
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = _QuietHandler(sys.stderr)
    handler.setFormatter(_formatter(console=console))
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, _QuietHandler):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class _QuietHandler(logging.StreamHandler[TextIO]):
    """A handler that gives up on a broken pipe: complaining would only meet the same pipe."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        if isinstance(sys.exc_info()[1], OSError):
            return
        super().handleError(record)


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks secrets in the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redaction.redact(super().format(record))


def _formatter(*, console: bool) -> logging.Formatter:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_run_fields,
    ]
    finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if console:
        finish += [
            _escape_control_characters,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ]
    else:
        finish += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    return _RedactingFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[*shared, *finish],
    )


def _add_run_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    execution = current_execution()
    if execution is not None:
        run = execution.run
        fields: MutableMapping[str, Any] = event
        fields.setdefault("task", run.task)
        fields.setdefault("run_id", run.run_id)
        fields.setdefault("trigger", run.trigger.value)
        fields.setdefault("slot", rfc3339(run.slot) if run.slot else None)
        if run.shard_count > 1:
            fields.setdefault("shard_index", run.shard_index)
            fields.setdefault("shard_count", run.shard_count)
    return event


def _escape_control_characters(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable() and key not in ("exception", "stack"):
            event[key] = value.replace("\n", "\\n").translate(_CONTROL_CHARACTERS)
    return event
