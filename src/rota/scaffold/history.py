"""What git has kept of a project's files, if the project is in a repository. Reads only."""

import hashlib
import subprocess
from pathlib import Path

_SECONDS = 30.0
_MOST_VERSIONS = 500


class History:
    """The committed versions of the files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def prefix(self) -> str:
        """The folder's path in its repository, ending with `/`; empty for its root, or for none."""
        return self._git("rev-parse", "--show-prefix").decode().strip()

    def text_of(self, path: str, sha256: str) -> str | None:
        """Return the version of a file that has this SHA-256; None if git knows none."""
        log = ("log", "--all", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", path)
        blobs = [
            line.split()[3] for line in self._git(*log).decode().splitlines() if line[:1] == ":"
        ]
        for blob in [*dict.fromkeys(blobs)][:_MOST_VERSIONS]:
            content = self._git("cat-file", "blob", blob)
            if hashlib.sha256(content).hexdigest() == sha256:
                return content.decode()
        return None

    def _git(self, *arguments: str) -> bytes:
        try:
            ended = subprocess.run(  # noqa: S603 (its arguments are paths and ids)
                ("git", *arguments),  # noqa: S607 (as the user has it)
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return b""
        return ended.stdout if ended.returncode == 0 else b""
