"""A patch for `git apply -3`: with the ids of the blobs, by which git merges what was edited."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator

from rota.scaffold.updating import Change

_MODE = "100644"
_NO_BLOB = "0" * 40
_NO_END = "\\ No newline at end of file\n"


def patch_text(changes: Iterable[Change], prefix: str = "") -> str:
    """Return the changes as git writes them; `prefix` is put before each path."""
    return "".join(line for change in changes for line in _lines(change, prefix))


def _lines(change: Change, prefix: str) -> Iterator[str]:
    old, new = (f"{side}/{prefix}{change.path}" for side in "ab")
    ids = f"{_blob_id(change.before)}..{_blob_id(change.after)}"
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield f"new file mode {_MODE}\nindex {ids}\n"
    elif change.after is None:
        yield f"deleted file mode {_MODE}\nindex {ids}\n"
    else:
        yield f"index {ids} {_MODE}\n"
    for line in difflib.unified_diff(
        _split(change.before),
        _split(change.after),
        "/dev/null" if change.before is None else old,
        "/dev/null" if change.after is None else new,
    ):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _split(text: str | None) -> list[str]:
    # Not splitlines, which also splits at form feeds and the like.
    return [] if not text else [each for each in _with_ends(text) if each]


def _with_ends(text: str) -> list[str]:
    *lines, rest = text.split("\n")
    return [*(f"{line}\n" for line in lines), rest]


def _blob_id(text: str | None) -> str:
    if text is None:
        return _NO_BLOB
    content = text.encode()
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
