"""The style sheet, the script and the icon: the only files that a page loads."""

import functools
import hashlib
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPES = {
    "rota.css": "text/css; charset=utf-8",
    "rota.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_DIGEST_CHARACTERS = 10
_NOT_FOUND = 404


def asset_path(name: str) -> str:
    """Return where a file is, from the first page; another path for each content."""
    digest = hashlib.sha256(_content(name)).hexdigest()[:_DIGEST_CHARACTERS]
    return f"static/{name}?v={digest}"


async def asset(request: Request) -> Response:
    """Answer with a file."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(_NOT_FOUND)
    # Its address changes with its content.
    cached = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_content(name), media_type=_TYPES[name], headers=cached)


@functools.cache
def _content(name: str) -> bytes:
    return resources.files("rota.web.pages").joinpath("static", name).read_bytes()
