"""The API token: from a value, or from a file that is rotated while rota runs."""

import logging
import os
import re
import stat
from pathlib import Path

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.net.file_identity import FileIdentity, file_identity
from rota.net.options import ApiOptions

_logger = logging.getLogger(__name__)

_MAX_FILE_BYTES = 64 * 1024
# What a header value can carry without being cut or misread on its way (RFC 9110, 5.5).
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class TokenSource:
    """Returns the token that is valid now. Raises SettingsError if it cannot be read.

    A file is checked before every request, and read again when it was replaced or written, also by
    the symlink swap of a Kubernetes secret volume. While it cannot be read, the last good token
    stays in use: writers are not always atomic. A pipe is read once.
    """

    def __init__(self, options: ApiOptions) -> None:
        self._path = options.token_file
        self._file_identity: FileIdentity | None = None
        self._token: str | None = None
        if options.token is not None:
            value = options.token
            text = value if isinstance(value, str) else value.get_secret_value()
            self._token = _checked(text, "the API token")
        elif self._path is not None:
            self._read(self._path)

    @property
    def from_file(self) -> bool:
        """Whether reading again may give another token."""
        return self._path is not None

    def current(self) -> str | None:
        """Return the token to send now, or None if there is none."""
        if self._path is not None and self._has_changed(self._path):
            self.reread()
        return self._token

    def reread(self) -> None:
        """Read the file again, changed or not; the last good token stays if that fails."""
        if self._path is None:
            return
        try:
            self._read(self._path)
        except SettingsError as error:
            _logger.warning("net.token_unreadable", extra={"reason": str(error)})

    def _has_changed(self, path: Path) -> bool:
        try:
            return file_identity(path.stat()) != self._file_identity
        except OSError:
            return True

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                content = file.read(_MAX_FILE_BYTES + 1)
        except OSError as error:
            raise SettingsError(f"token file {path}: cannot be read: {error.strerror}") from None
        if len(content) > _MAX_FILE_BYTES:
            raise SettingsError(f"token file {path}: larger than {_MAX_FILE_BYTES} bytes")
        text = content.decode("utf-8-sig", "replace")
        self._token = _checked(text, f"token file {path}")
        self._file_identity = file_identity(status)
        if stat.S_ISFIFO(status.st_mode):
            self._path = None


def _checked(text: str, place: str) -> str:
    token = text.strip().removeprefix("\ufeff").strip()
    if not token:
        raise SettingsError(f"{place}: empty; put the token there, or unset it")
    if not _VISIBLE_ASCII.fullmatch(token):
        raise SettingsError(
            f"{place}: contains spaces, control or non-ASCII characters; "
            "only visible ASCII characters are allowed"
        )
    redaction.hide(token, redaction.SecretKind.API_TOKEN)
    return token
