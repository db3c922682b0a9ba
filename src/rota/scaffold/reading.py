"""Reads a project's files, and says the same of each one that cannot be read."""

from pathlib import Path

from rota.model.errors import UsageError


def file_text(path: Path) -> str | None:
    """Return a file's text, with the ends of lines as they are; None if there is no such file.

    Raises UsageError where it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: cannot be read: not UTF-8") from None
