"""Paths of requests below the base URL, and ids as path segments."""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from rota.model.errors import RequestRefusedError

_UNSENDABLE = re.compile(r"[\x00-\x20\x7f\\#]")
_DOT_SEGMENTS = frozenset({".", ".."})


def segment(value: object) -> str:
    """Return an id as exactly one path segment, percent-encoded.

    Raises RequestRefusedError for `.`, `..` and the empty string, which would change the path, and
    for anything but strings and whole numbers.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RequestRefusedError(
            f"an id must be a string or a whole number, not {type(value).__name__}"
        )
    text = str(value)
    if not text or text in _DOT_SEGMENTS:
        raise RequestRefusedError(f"{text!r} cannot be an id: it would change the path")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise RequestRefusedError(
            "an id contains half of a surrogate pair, which is not valid text"
        ) from None


def check_path(path: object) -> str:
    """Return `path`, which may have a query. Raises RequestRefusedError if it leads elsewhere."""
    if not isinstance(path, str) or not path:
        raise RequestRefusedError("a path must be a string such as /api/v1/orders")
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or path.startswith("//"):
        raise RequestRefusedError(
            "absolute URLs are refused: pass a path below the base URL, such as /api/v1/orders"
        )
    if _UNSENDABLE.search(path):
        raise RequestRefusedError(
            "a path must not contain spaces, control characters, backslashes or '#': "
            "pass ids through rota.net.paths.segment()"
        )
    if climbs(parts.path):
        raise RequestRefusedError("a path must not have '.' or '..' segments")
    return path


def climbs(path: str) -> bool:
    """Return whether one of the segments of `path` is `.` or `..`, percent-encoded or not."""
    if "." not in path and "%" not in path:
        return False
    return any(unquote(one) in _DOT_SEGMENTS for one in path.replace("\\", "/").split("/"))


def next_path(base_url: str, current: str, link: object) -> str:
    """Return the path below `base_url` that a page's `next` link leads to.

    The link may be a URL of the same origin below the base path, an absolute path (with or without
    the base path: an API behind a proxy may not know it), or relative to `current`, the path of the
    page. Raises RequestRefusedError for any other.
    """
    if not isinstance(link, str):
        raise RequestRefusedError(f"next must be a link, not {type(link).__name__}")
    base = urlsplit(base_url)
    base_path = base.path.rstrip("/")
    if link.startswith("/") and not link.startswith(("//", f"{base_path}/")):
        return check_path(link)
    try:
        page_url = f"{base.scheme}://{base.netloc}{base_path}/{current.lstrip('/')}"
        target = urlsplit(urljoin(page_url, link))
        same_origin = _origin(target) == _origin(base)
    except ValueError:
        raise RequestRefusedError("next is not a valid URL") from None
    if not same_origin:
        raise RequestRefusedError("next leads to another origin than the base URL's")
    if not target.path.startswith(f"{base_path}/"):
        raise RequestRefusedError("next leads out of the base URL's path")
    query = f"?{target.query}" if target.query else ""
    return check_path(target.path[len(base_path) :] + query)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None, bool]:
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.scheme, parts.hostname, port, "@" in parts.netloc)
