"""Writes a project at once: the folder is there whole, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rota.model.errors import UsageError

_MOST_NAMED = 10


def check_target(target: Path, files: Mapping[str, str], *, is_project: bool = False) -> None:
    """Raise UsageError unless `target` is absent or an empty folder; list what is in the way.

    `is_project`: what is there was made by `rota new`, from other input.
    """
    try:
        there = sorted(path.name for path in target.iterdir())
    except FileNotFoundError:
        if target.is_symlink():
            raise UsageError(f"{target}: is a link to nothing: remove it") from None
        return
    except NotADirectoryError:
        file = next(path for path in (*reversed(target.parents), target) if path.is_file())
        raise UsageError(f"{file}: not a folder: choose another with --directory") from None
    except OSError as error:
        raise UsageError(f"{target}: cannot be read: {error.strerror}") from None
    if there:
        collisions = [path for path in files if (target / path).exists()]
        raise UsageError(
            f"{target}: the folder is not empty, and nothing was written: "
            + (
                f"these files are there already: {_named(collisions)}"
                if collisions
                else f"it has {_named(there)}"
            )
            + ("; `rota add task` adds a task to this project" if is_project else "")
            + "; move it away, or choose another CONTEXT or --directory"
        )


def write_project(target: Path, files: Mapping[str, str]) -> None:
    """Write the files into a temporary folder beside `target`, then rename that.

    Raises UsageError, after which nothing is left of it.
    """
    target = target.resolve()
    made = _missing_parents(target.parent)
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        for path, text in files.items():
            file = temporary / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        temporary.chmod(0o777 & ~_umask())
        temporary.rename(target)
    except BaseException as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        if isinstance(error, OSError):
            reason = f"{target}: cannot be written: {error.strerror}"
            raise UsageError(f"{reason}; choose another folder with --directory") from None
        raise


def write_into(folder: Path, new: Mapping[str, str], changed: Mapping[str, str]) -> None:
    """Write `new` files, which may not exist, then those that are `changed`, each at once.

    Raises UsageError where a new file exists, or one cannot be written; all is as before then.
    """
    there = [path for path in new if (folder / path).exists()]
    if there:
        raise UsageError(f"{_named(there)}: there already, and nothing was written")
    written: list[Path] = []
    before: dict[Path, bytes | None] = {}
    try:
        for path, text in new.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            written.append(file)
            file.write_text(text, encoding="utf-8", newline="\n")
        for path, text in changed.items():
            file = folder / path
            content = file.read_bytes() if file.exists() else None
            _replace(file, text.encode())
            before[file] = content
    except BaseException as error:
        for file in written:
            file.unlink(missing_ok=True)
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                _replace(file, content)
        if isinstance(error, OSError):
            reason = f"{error.filename}: cannot be written: {error.strerror}"
            raise UsageError(f"{reason}; nothing has changed") from None
        raise


def _replace(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.write_bytes(content)
        if file.exists():
            shutil.copymode(file, temporary)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _missing_parents(folder: Path) -> list[Path]:
    """Return the folders to be made, the deepest first."""
    return [each for each in (folder, *folder.parents) if not each.exists()]


def _named(paths: list[str]) -> str:
    rest = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
