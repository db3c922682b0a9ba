"""The text of one log line: one line of JSON, printable and bounded."""

import json
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from rota.model.plain import plain_data, plain_text, shortened

# With its newline. What reads a container's output splits longer lines (containerd and CRI-O at
# 16 KiB), which leaves two halves that are no JSON.
MAX_LINE_BYTES = 16 * 1024
_MOST_BYTES_OF_A_CHARACTER = 4

CUT_KEY = "cut"
# People read a line from its beginning.
_FIRST_KEYS = ("timestamp", "level", "event")
_KEPT_KEYS = {*_FIRST_KEYS, "logger", "task", "run_id", "outcome", "exit_code", "reason"}
# How much one value may take, tried in turn until the line is short enough.
_VALUE_BYTES = (8192, 4096, 2048, 1024, 512, 256, 128)


# Made once: json.dumps makes another one for each line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str, skipkeys=True, allow_nan=False)


def json_line(event: Mapping[str, Any]) -> str:
    """Return one line of JSON that no terminal and no line splitter takes for more.

    It begins with timestamp, level and event. What JSON has no form for becomes text.
    """
    if tuple(event)[: len(_FIRST_KEYS)] != _FIRST_KEYS:
        event = {key: event[key] for key in _FIRST_KEYS if key in event} | dict(event)
    try:
        return _encoded(event)
    except BaseException:  # noqa: BLE001 (a value's own __str__ may raise anything)
        return _encoded({plain_text(key): plain_data(value) for key, value in event.items()})


def bounded_json_line(line: str) -> str:
    """Return a line of `json_line` with its longest values cut, and named in `cut`, if it must be.

    Given the finished line, so that what has been masked in it stays masked.
    """
    if _fits(line):
        return line
    try:
        event: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        # Masking a secret that is part of JSON's own signs has left no JSON.
        event = {"event": line}
    measured = {key: _measured(value) for key, value in event.items()}
    for limit in _VALUE_BYTES:
        values = {
            key: shortened(text, limit * len(text) // size) if size > limit else event[key]
            for key, (text, size) in measured.items()
        }
        cut = [shortened(key, limit) for key, (_, size) in measured.items() if size > limit]
        line = _encoded({**values, CUT_KEY: cut})
        if _fits(line):
            return line
    return _with_fewer_fields(values)


def bounded_text(text: str) -> str:
    """Return `text` with its middle cut out, where it is longer than a line may be."""
    limit = MAX_LINE_BYTES - 1
    while not _fits(text):
        text = shortened(text, limit)
        limit = limit * 3 // 4
    return text


def _with_fewer_fields(event: Mapping[str, Any]) -> str:
    kept: dict[str, Any] = {}
    room = MAX_LINE_BYTES - len(_encoded({CUT_KEY: [f"{len(event)} fields"]}).encode()) - 1
    for key in sorted(event, key=lambda key: key not in _KEPT_KEYS):
        # Its braces are as long as the comma and the blank that it will have.
        size = len(_encoded({key: event[key]}).encode())
        if size <= room:
            kept[key] = event[key]
            room -= size
    return _encoded({**kept, CUT_KEY: [f"{len(event) - len(kept)} fields"]})


def _measured(value: Any) -> tuple[str, int]:
    """Return a value as text, and how many bytes that takes in a line."""
    text = value if isinstance(value, str) else _dumps(value)
    return text, len(_printable(_dumps(text)).encode())


def _fits(line: str) -> bool:
    if len(line) * _MOST_BYTES_OF_A_CHARACTER < MAX_LINE_BYTES:
        return True
    return len(line.encode("utf-8", "replace")) < MAX_LINE_BYTES


def _encoded(event: Mapping[str, Any]) -> str:
    # Member by member takes half as long as the encoder, which is made anew for each object.
    members = [f"{_key(key)}: {_dumps(value)}" for key, value in event.items()]
    return _printable(f"{{{', '.join(members)}}}")


# Lines have the same few keys.
_key = lru_cache(maxsize=256)(encode_basestring)


def _dumps(value: Any) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int or (type(value) is float and isfinite(value)):
        return repr(value)
    return _ENCODER.encode(value)


def _printable(line: str) -> str:
    return line if line.isprintable() else "".join(_as_json_escape(one) for one in line)


def _as_json_escape(character: str) -> str:
    # Outside its strings JSON is printable, so that what is not stands inside one.
    return character if character.isprintable() else json.dumps(character)[1:-1]
