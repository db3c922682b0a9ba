"""`/system`: what serves this page, from which history, with which settings."""

import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.retention import Retention
from rota.ledger.schema import SCHEMA_VERSION
from rota.logs.redaction import redact
from rota.schedules.tz_database import tz_databases
from rota.settings import Settings
from rota.settings.model import variable_name
from rota.status.board import Board
from rota.status.sight import gap_facts
from rota.web.pages.about import About
from rota.web.pages.rendering import Pages

_LIBRARIES = ("starlette", "uvicorn", "httpx", "pydantic")
_KIB = 1024
_MOST_GAPS = 20
# Whole texts of settings, in which a token may stand.
_NEVER_SHOWN = ("settings", "api_token", "ping_url")
# Those of a collector may have one.
_PASSWORD_IN_URL = re.compile(r"(?<=://)[^/?#]*(?=@)")
Facts = Sequence[tuple[str, str]]


def system_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with versions, ledger and settings."""
    about = pages.about
    return pages.render(
        request,
        "system.html",
        here="system",
        twin="api/v1/system",
        versions=_versions(),
        watch=None if about.watch is None else about.watch(),
        gaps=_newest_gaps(board),
        ledger=(("tasks", str(len(board.task_names))), *_ledger(about)),
        settings=[] if about.settings is None else shown_settings(about.settings),
    )


def system_facts(about: About, board: Board) -> Mapping[str, Any]:
    """Return the page JSON-ready, less the settings. `gaps` are what a console did not see."""
    path = about.ledger_path
    gaps = gap_facts(_newest_gaps(board))
    return {
        "release": about.release,
        "mode": about.mode,
        "namespace": about.namespace,
        "versions": {"rota": about.version, **dict(_versions())},
        "tasks": len(board.task_names),
        "ledger": None
        if path is None
        else {"path": str(path), "bytes": _size(path), "schema": SCHEMA_VERSION},
        "watch": None if about.watch is None else {**about.watch(), "gaps": gaps},
    }


def _newest_gaps(board: Board) -> Sequence[tuple[float, float]]:
    sight = board.sight()
    return () if sight is None else sight.gaps[: -_MOST_GAPS - 1 : -1]


def shown_settings(settings: Settings) -> Sequence[tuple[str, str, bool]]:
    """Return each setting as its variable, its value, and whether it was set; never a secret."""
    values: Mapping[str, Any] = {name: getattr(settings, name) for name in Settings.model_fields}
    return [
        (variable_name(name), _shown(name, value), name in settings.model_fields_set)
        for name, value in values.items()
        if name != "task"
    ]


def _shown(name: str, value: Any) -> str:
    if name in _NEVER_SHOWN or isinstance(value, SecretStr):
        return "set, not shown" if value else "unset"
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        value = ", ".join(value)
    return redact(_PASSWORD_IN_URL.sub("…", str(value))) or "empty"


def _versions() -> Facts:
    databases = [f"{each.version or 'unknown'} ({each.source})" for each in tz_databases()]
    return (
        ("Python", platform.python_version()),
        ("tz data, the newest is used", ", ".join(databases) or "none"),
        *((name, version(name)) for name in _LIBRARIES),
    )


def _ledger(about: About) -> Facts:
    path = about.ledger_path
    if path is None:
        return (("history", "in memory: it ends with the process"),)
    return (
        ("history", str(path)),
        ("size", size_text(_size(path))),
        ("kept", _retention_text(Retention())),
        ("schema", str(SCHEMA_VERSION)),
    )


def _retention_text(kept: Retention) -> str:
    return (
        f"{kept.age.days} days, and of each task the last {kept.runs} runs; "
        f"at most {size_text(kept.total_bytes)}"
    )


def _size(path: Path) -> int:
    """Return the bytes of the file and of those that SQLite keeps beside it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(each.stat().st_size for each in files if each.exists())


def size_text(size: int) -> str:
    """Return `512 B`, `20 KiB`, `22.1 MiB`."""
    if size < _KIB:
        return f"{size} B"
    if size < _KIB**2:
        return f"{size / _KIB:.0f} KiB"
    return f"{size / _KIB**2:.1f} MiB"
