"""Where pip got this rota from, if not from an index: a checkout or a wheel on this machine."""

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOCAL_NAME = "local.mk"
# What make and a shell take as it is.
_PLAIN_PATH = re.compile(r"[\w./+@-]+")


def local_rota() -> str | None:
    """Return the path that pip recorded (PEP 610), where it still exists; else None."""
    try:
        text = distribution("rota").read_text("direct_url.json")
        url = urlsplit(json.loads(text or "{}").get("url", ""))
    except (PackageNotFoundError, ValueError, AttributeError):
        return None
    path = unquote(url.path)
    usable = url.scheme == "file" and _PLAIN_PATH.fullmatch(path) and Path(path).exists()
    return path if usable else None


def local_makefile(path: str) -> str:
    """Return the text of `local.mk`, which has the project's Makefile install this rota."""
    return f"# Where this machine has rota; git ignores this file.\nROTA ?= {path}\n"
