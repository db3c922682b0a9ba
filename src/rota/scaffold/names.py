"""The names of a project, all made of one: `shop` gives `shop_worker`, `shop-worker`, `Shop`."""

import keyword
import re
import sys
import unicodedata
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from rota.model.errors import UsageError

# `<context>-worker` names a Helm release and its objects, as a task's name does.
MAX_CONTEXT_CHARACTERS = 40 - len("-worker")
_CONTEXT = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_RULE = (
    "use lower-case letters, digits, single '-' and '_' between them, a letter first, at most "
    f"{MAX_CONTEXT_CHARACTERS} characters"
)
_SUFFIX = re.compile(r"(?:[-_]worker)+\Z")
_INSTALLED = {"site-packages", "dist-packages"}


@dataclass(frozen=True, slots=True)
class ProjectNames:
    """The four names of a project, and the context that they are made of, in `-` form."""

    context: str

    @property
    def package(self) -> str:
        """The import package and the project's folder: `my_shop_worker`."""
        return f"{self.context.replace('-', '_')}_worker"

    @property
    def service(self) -> str:
        """The distribution, compose service, image and release: `my-shop-worker`."""
        return f"{self.context}-worker"

    @property
    def class_prefix(self) -> str:
        """What classes begin with: `MyShop`."""
        return "".join(part.capitalize() for part in self.context.split("-"))

    @property
    def title(self) -> str:
        """The heading for people: `My shop worker`."""
        return f"{self.context.replace('-', ' ').capitalize()} worker"


def parse_context(text: str) -> ProjectNames:
    """Return the names made of `text`; `shop_worker` is the worker of `shop`.

    Raises UsageError, which says the rule and a name that is allowed.
    """
    context = _SUFFIX.sub("", text)
    if not _CONTEXT.fullmatch(context) or len(context) > MAX_CONTEXT_CHARACTERS:
        raise UsageError(f"CONTEXT {text!r} is not allowed: {_RULE}{_suggestion(text)}")
    reason = _taken(context)
    if reason is not None:
        raise UsageError(
            f"CONTEXT {text!r} is {reason}: name the application that the worker is for, "
            f"for example {_other(context)!r}"
        )
    return ProjectNames(context.replace("_", "-"))


def check_free(names: ProjectNames) -> None:
    """Raise UsageError if the package's name is that of a package installed beside rota."""
    folders = [folder for folder in sys.path if Path(folder).name in _INSTALLED]
    if PathFinder.find_spec(names.package, folders) is not None:
        raise UsageError(
            f"a package {names.package!r} is installed in {sys.prefix}, and one of the two could "
            f"not be imported: choose another CONTEXT, for example {_other(names.context)!r}"
        )


def _taken(context: str) -> str | None:
    if keyword.iskeyword(context) or keyword.issoftkeyword(context):
        return "a keyword of Python"
    if context in sys.stdlib_module_names:
        return "a module of Python's standard library"
    if context == "worker":
        return "what every such project is"
    if context.replace("_", "-") == "business-api":
        return "what the worker calls"  # and its client would be its own base class
    return "this library's own name" if context == "rota" else None


def _other(context: str) -> str:
    return f"{context[: MAX_CONTEXT_CHARACTERS - len('-app')]}-app"


def _suggestion(text: str) -> str:
    """Return `; for example …` with an allowed name that is like `text`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", plain).lower()
    near = re.sub(r"[^a-z0-9]+", "-", words).strip("-").lstrip("0123456789-")
    near = _SUFFIX.sub("", near)[:MAX_CONTEXT_CHARACTERS].rstrip("-")
    allowed = _CONTEXT.fullmatch(near) is not None and _taken(near) is None
    return f"; for example {near if allowed else 'shop'!r}"
