"""Whether data are as a schema of an OpenAPI 3 document says. Needs the extra `testing`.

The only module that imports jsonschema, and imported only where there is a contract.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4, DRAFT202012

from rota.model.plain import shortened

Schema = Mapping[str, Any] | bool

# The schemas that a message shows may be long.
_MAX_CHARACTERS = 300


def _unless_null(check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if instance is not None or not schema.get("nullable"):
            yield from check(validator, value, instance, schema) or ()

    return checked


# Its words, such as `exclusiveMinimum: true`, and `nullable`.
_OpenApi30Validator = extend(
    Draft4Validator,
    {name: _unless_null(check) for name, check in Draft4Validator.VALIDATORS.items()},
)


class Schemas:
    """The schemas of one document. References are followed within it, and never fetched."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        old = str(document.get("openapi", "")).startswith("3.0")
        specification: Any = DRAFT4 if old else DRAFT202012
        nothing_else: Any = Registry()
        self._resolver = nothing_else.resolver_with_root(specification.create_resource(document))
        make = _OpenApi30Validator if old else Draft202012Validator
        self._validator = make(document, registry=nothing_else)

    def resolve(self, found: Any) -> Any:
        """Follow `$ref`. Raises ValueError for one that leads nowhere, or out of the document."""
        followed: list[str] = []
        while isinstance(found, Mapping) and "$ref" in found:
            reference = str(found["$ref"])
            if reference in followed:
                raise ValueError(f"$ref {reference!r} leads back to itself")
            followed.append(reference)
            try:
                found = self._resolver.lookup(reference).contents
            except Unresolvable:
                raise _broken(reference) from None
        return found

    def problems(self, value: Any, schema: Schema, where: str) -> list[str]:
        """Return what is not as the schema says, each with its place in the data.

        Raises ValueError for a `$ref` that leads nowhere, or out of the document.
        """
        found = []
        try:
            for error in self._validator.evolve(schema=schema).iter_errors(value):
                # Of a choice, what its nearest member says.
                nearest = best_match([error]) or error
                message = shortened(nearest.message, _MAX_CHARACTERS)
                found.append(f"{where}{nearest.json_path[1:]}: {message}")
        except Unresolvable as error:
            # Of a pointer in the document it has no `#`.
            raise _broken(f"#{error.ref}" if error.ref.startswith("/") else error.ref) from None
        return found


def _broken(reference: str) -> ValueError:
    return ValueError(f"$ref {reference!r} leads to nothing in the document")
