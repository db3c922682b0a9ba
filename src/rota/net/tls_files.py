"""The TLS context of files that are renewed while rota runs."""

import logging
import ssl
import stat
from pathlib import Path

from rota.model.errors import SettingsError
from rota.net.file_identity import FileIdentity, file_identity
from rota.net.options import ApiOptions
from rota.net.tls import tls_context

_logger = logging.getLogger(__name__)

_MOST_TRIES = 3


class TlsFiles:
    """Returns the context made of the CA, client certificate and key as they are on disk now.

    The files are checked before every request, and read again when one was replaced or written,
    also by the symlink swap of a Kubernetes volume. While they do not fit together, such as a new
    certificate before its key, the last good context stays in use. Raises SettingsError if there
    is none yet.
    """

    def __init__(self, options: ApiOptions) -> None:
        self._options = options
        self._paths = files_of(options)
        for path in self._paths:
            _refuse_pipe(path)
        self._logged_reason: str | None = None
        self._context = self._load()

    def current(self) -> ssl.SSLContext:
        """Return the context for the next connection: the same object until the files change."""
        if self._identities() != self._tried:
            try:
                self._context = self._load()
            except SettingsError as error:
                self._log_unusable(str(error))
            else:
                self._logged_reason = None
                _logger.info("net.certificates_renewed")
        return self._context

    def _load(self) -> ssl.SSLContext:
        for _ in range(_MOST_TRIES):
            # Taken before the files are read, so that what changes meanwhile is seen as a change.
            self._tried = self._identities()
            try:
                return tls_context("https", self._options)
            except SettingsError as error:
                refusal = error
            if self._identities() == self._tried:
                break
        raise refusal

    def _log_unusable(self, reason: str) -> None:
        if reason != self._logged_reason:
            self._logged_reason = reason
            _logger.warning("net.certificates_unusable", extra={"reason": reason})

    def _identities(self) -> list[FileIdentity | None]:
        return [_identity(path) for path in self._paths]


def files_of(options: ApiOptions) -> list[Path]:
    """Return the files with certificates and keys that `options` name."""
    named = (options.ca_file, options.client_cert_file, options.client_key_file)
    return [path for path in named if path is not None]


def _identity(path: Path) -> FileIdentity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    # With the time of its last change of mode, after which it may be readable.
    return (*file_identity(status), status.st_ctime_ns)


def _refuse_pipe(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # reading it will report why
    if stat.S_ISFIFO(mode):
        raise SettingsError(f"{path}: is a pipe; certificates and keys are read from files")
