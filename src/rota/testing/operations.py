"""The operations of an OpenAPI 3 document, and which of them a call is."""

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ORIGIN = re.compile(r"([^/]*:)?//[^/]*")
_Resolve = Callable[[Any], Any]


class Refusal(NamedTuple):
    """What is wrong with a call, and the status that a real API would answer."""

    status: int
    text: str


class Operation(NamedTuple):
    """One operation of the document. `paths` are its path below each server that it is at."""

    method: str
    template: str
    paths: tuple[str, ...]
    facts: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """The method, and the path without that of a server."""
        return f"{self.method} {self.template}"

    def is_at(self, path: str) -> bool:
        """Whether a path is one of its own."""
        return any(_fits(each, path) for each in self.paths)


class Operations:
    """All operations of a document; `resolve` follows references in it."""

    def __init__(self, document: Mapping[str, Any], resolve: _Resolve) -> None:
        found = _operations(document, resolve)
        # A path without parameters comes before one that has them at the same place.
        self._all = sorted(found, key=lambda each: each.template.count("{"))

    def find(self, method: str, path: str) -> Operation | Refusal:
        """Return the operation of a call, or why the document has none."""
        here = [each for each in self._all if each.is_at(path)]
        if not here:
            return Refusal(404, f"the contract has no path {path}{self._hint(path)}")
        nearest = [each for each in here if each.template == here[0].template]
        for each in nearest:
            if each.method == method:
                return each
        return Refusal(405, f"the contract has no {method} {here[0].template}")

    def _hint(self, path: str) -> str:
        for each in self._all:
            if _fits(each.template, path):
                base = each.paths[0].removesuffix(each.template)
                return (
                    f", only {each.paths[0]}, since its server is at {base}: put that into the "
                    'path, or into settings={"business_api_url": …}'
                )
        return ""


def _operations(document: Mapping[str, Any], resolve: _Resolve) -> Iterator[Operation]:
    for template, item in document["paths"].items():
        if not template.startswith("/"):
            continue  # An extension, `x-…`.
        facts = resolve(item)
        for method in _METHODS:
            if method not in facts:
                continue
            operation = facts[method]
            servers = next(
                (each["servers"] for each in (operation, facts, document) if each.get("servers")),
                ({"url": "/"},),
            )
            shared = [*facts.get("parameters", ()), *operation.get("parameters", ())]
            yield Operation(
                method=method.upper(),
                template=template,
                paths=tuple(dict.fromkeys(base + template for base in _bases(servers))),
                facts={**operation, "responses": _by_status(operation.get("responses", {}))},
                parameters=tuple(resolve(each) for each in shared),
            )


def _by_status(responses: Mapping[Any, Any]) -> dict[str, Any]:
    # YAML reads those that are not quoted as numbers.
    return {str(status): response for status, response in responses.items()}


def _bases(servers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the path of each server, without a `/` at its end, for each value of its variables."""
    for server in servers:
        variables = server.get("variables", {})
        values = [each.get("enum") or [each.get("default", "")] for each in variables.values()]
        for chosen in itertools.product(*values):
            url = server.get("url", "/")
            for name, value in zip(variables, chosen, strict=True):
                url = url.replace(f"{{{name}}}", str(value))
            path = _ORIGIN.sub("", url, count=1).strip("/")
            yield f"/{path}" if path else ""


def _fits(template: str, path: str) -> bool:
    return _pattern(template).fullmatch(path) is not None


@functools.cache  # Each call is compared with hundreds, more than `re` itself remembers.
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(template)))
