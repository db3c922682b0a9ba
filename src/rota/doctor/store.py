"""Whether the scheduler's ledger can be kept where the settings say."""

import os
from pathlib import Path

from rota.app import STATE_OFF, ledger_path
from rota.doctor.finding import Finding, fail, ok, warn
from rota.ledger.file_system import is_shared
from rota.ledger.reader import OlderLedgerError, SqliteReader
from rota.ledger.run_filter import RunFilter
from rota.model.clock import duration_text
from rota.model.errors import ConfigError
from rota.settings import Settings

_SUBJECT = "ledger"
_MEBIBYTE = 2**20


def examine_ledger(settings: Settings, now: float) -> list[Finding]:
    """Look at the file: where it is, whether it can be read and written, how old its news is."""
    if settings.state_path.lower() == STATE_OFF:
        text = (
            "ROTA_STATE_PATH is off: there is no history, and a scheduler does not make up for "
            "what it misses while it is down (a CronJob's pods need no ledger)"
        )
        return [warn(_SUBJECT, text)]
    try:
        path = ledger_path(settings)
    except ConfigError as error:
        return [warn(_SUBJECT, f"{error}; until then a scheduler's ledger is in memory")]
    return [_of_file(path, now) if path.exists() else _of_missing(path)]


def _of_missing(path: Path) -> Finding:
    folder = next(each for each in path.absolute().parents if each.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return fail(
            _SUBJECT,
            f"{path} cannot be made: this user may not write to {folder}; set ROTA_STATE_PATH",
        )
    if is_shared(folder):
        return warn(_SUBJECT, f"{path} is not there yet, and would be {_SHARED}")
    return ok(_SUBJECT, f"{path} is not there yet; a scheduler makes it")


_SHARED = (
    "on a network or shared file system, where SQLite depends on the locks of its server: prefer a "
    "local disk"
)


def _of_file(path: Path, now: float) -> Finding:
    try:
        newest = SqliteReader(path).runs(RunFilter(), limit=1)
    except OlderLedgerError as error:
        return ok(_SUBJECT, str(error))
    except ConfigError as error:
        return fail(_SUBJECT, str(error))
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return warn(
            _SUBJECT,
            f"this user may not write {path}, so a scheduler of this user would remember nothing",
        )
    last = "no run yet"
    if newest:
        age = duration_text(max(0, int(now - newest[0].started_at)))
        last = f"the last run began {age} ago"
    text = f"{path}: {path.stat().st_size / _MEBIBYTE:.1f} MiB, {last}"
    return warn(_SUBJECT, f"{text}; it is {_SHARED}") if is_shared(path) else ok(_SUBJECT, text)
