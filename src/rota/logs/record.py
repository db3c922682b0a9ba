"""A log record whose fields are known when it is made."""

import logging
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

# What logging itself puts into a record of this process and thread.
_templates = threading.local()


class FieldsRecord(logging.LogRecord):
    """A record with `fields` as attributes, as `extra` makes them, and once more as they are.

    There are two for each run: gathering the fields again from the attributes, and asking each time
    for what is the same in a process and thread, would be half of what a line takes.
    `fields` has `event`, and no key of the record's own.
    """

    __slots__ = ("fields",)

    def __init__(
        self,
        name: str,
        level: int,
        text: str,
        fields: Mapping[str, Any],
        *,
        exc_text: str | None = None,
    ) -> None:
        template = _template()
        created = time.time()
        since_ms = (created - template["created"]) * 1000
        self.__dict__ = {
            **template,
            "name": name,
            "msg": text,
            "levelno": level,
            "levelname": logging.getLevelName(level),
            "created": created,
            "msecs": created % 1 * 1000,
            "relativeCreated": template["relativeCreated"] + since_ms,
            "exc_text": exc_text,
            **fields,
        }
        self.fields = fields


def _template() -> dict[str, Any]:
    known: dict[str, Any] | None = getattr(_templates, "attributes", None)
    if known is None or known["process"] != os.getpid():
        known = dict(vars(logging.LogRecord("", logging.INFO, "", 0, "", None, None)))
        if "taskName" in known:
            # Of Python 3.12: another one for each record, and none of them is the run's.
            known["taskName"] = None
        _templates.attributes = known
    return known
