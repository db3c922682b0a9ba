"""Ping targets in a file that is renewed while rota runs, such as one of a Secret."""

import logging
from pathlib import Path

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.net.file_identity import FileIdentity, file_identity
from rota.net.ping_targets import PingTargets, read_ping_targets

_logger = logging.getLogger(__name__)


class PingTargetsFile:
    """The targets that a file has now. Raises SettingsError if it cannot be used at the start.

    It is looked at before each ping, and read again where it was replaced or written. While it
    cannot be used, the last good targets stay, and one warning says so. A pipe is read once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_file = not path.is_fifo()
        self._identity = self._identity_now() if self._is_file else None
        self._targets = self._read()

    def current(self) -> PingTargets:
        """Return the targets of now."""
        if not self._is_file:
            return self._targets
        identity = self._identity_now()
        if identity != self._identity:
            self._identity = identity
            try:
                self._targets = self._read()
            except SettingsError as error:
                _logger.warning("ping.file_unusable", extra={"reason": str(error)})
        return self._targets

    def _identity_now(self) -> FileIdentity | None:
        try:
            return file_identity(self._path.stat())
        except OSError:
            return None

    def _read(self) -> PingTargets:
        targets = read_ping_targets(self._path)
        redaction.hide_all(targets.secrets(), redaction.SecretKind.PING_URLS)
        return targets
