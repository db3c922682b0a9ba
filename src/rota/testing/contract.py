"""The contract of a Business API: an OpenAPI 3 document, which calls and answers are held to."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from rota.model.errors import UsageError
from rota.net.exchange import PlainAnswer, PlainRequest
from rota.testing.operations import Operation, Operations, Refusal

if TYPE_CHECKING:
    from rota.testing.schemas import Schemas

_JSON = "application/json"
_TRUTH = {"true": True, "false": False}
_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


class Contract:
    """`source` is the document, parsed, or the path of a JSON file.

    Raises UsageError if it is none, or without jsonschema.
    """

    def __init__(self, source: Mapping[str, Any] | str | Path) -> None:
        document = source if isinstance(source, Mapping) else _read(Path(source))
        paths = document.get("paths")
        if not str(document.get("openapi", "")).startswith("3.") or not isinstance(paths, Mapping):
            raise UsageError("openapi: it is not a document of OpenAPI 3, which has 'paths'")
        self._schemas = _schemas_of(document)
        try:
            self._operations = Operations(document, self._schemas.resolve)
        except ValueError as error:
            raise UsageError(f"openapi: {error}") from None
        except (AttributeError, KeyError, TypeError):
            raise UsageError(
                "openapi: its 'paths' or 'servers' are not of the form that OpenAPI 3 has"
            ) from None

    def operation_of(self, request: PlainRequest) -> Operation | Refusal:
        """Return the operation of a call, or why it is outside of the contract."""
        operation = self._operations.find(request.method, request.target.partition("?")[0])
        if isinstance(operation, Refusal):
            return operation
        found = [*self._of_query(operation, request), *self._of_body(operation, request)]
        return Refusal(422, f"{operation.name}: {'; '.join(found)}") if found else operation

    def check_answer(self, operation: Operation, answer: PlainAnswer) -> None:
        """Raise AssertionError for an answer that the contract does not have."""
        response = self._response(operation, answer.status)
        if response is None:
            raise AssertionError(
                f"FakeApi: {operation.name} has no answer {answer.status} in the contract"
            )
        schema = response.get("content", {}).get(_JSON, {}).get("schema")
        if schema is None:
            return
        found = self._schemas.problems(_parsed(answer.body), schema, "the answer")
        if found:
            raise AssertionError(
                f"FakeApi: {operation.name} answers outside of the contract: {'; '.join(found)}"
            )

    def example(self, operation: Operation) -> tuple[int, Any] | None:
        """Return the status and the example of the first success that has one."""
        for status in sorted(operation.facts.get("responses", {})):
            if not re.fullmatch("2[0-9][0-9]", status):
                continue
            response = self._schemas.resolve(operation.facts["responses"][status])
            content = response.get("content", {}).get(_JSON)
            if content is None:
                return int(status), None
            for facts in (content, self._schemas.resolve(content.get("schema", {}))):
                examples = list(facts.get("examples", {}).values()) if facts is content else []
                if "example" in facts:
                    return int(status), facts["example"]
                if examples:
                    return int(status), self._schemas.resolve(examples[0]).get("value")
        return None

    def _response(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        responses = operation.facts.get("responses", {})
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                found: Mapping[str, Any] = self._schemas.resolve(responses[key])
                return found
        return None

    def _of_query(self, operation: Operation, request: PlainRequest) -> Iterator[str]:
        given = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        known = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
        for name in sorted(given.keys() - known.keys()):
            yield f"the query has {name!r}, which is not in the contract"
        for name, parameter in known.items():
            if name in given:
                schema = parameter.get("schema", {})
                value = self._value(given[name], parameter, schema)
                yield from self._schemas.problems(value, schema, f"{name!r} of the query")
            elif parameter.get("required"):
                yield f"the query has no {name!r}"

    def _value(self, texts: list[str], parameter: Mapping[str, Any], schema: Any) -> Any:
        """Return what a parameter of the query means by its schema."""
        items = self._items_of(schema)
        if items is None:
            return self._scalar(texts[-1], schema)
        style = parameter.get("style", "form")
        if not parameter.get("explode", style == "form"):
            texts = texts[-1].split(_SEPARATORS.get(style, ","))
        return [self._scalar(text, items) for text in texts]

    def _items_of(self, schema: Any) -> Any:
        """Return the schema of an array's items, or None if it is of no array."""
        resolved = self._schemas.resolve(schema)
        if not isinstance(resolved, Mapping):
            return None
        types = resolved.get("type", ())
        if types == "array" or "array" in types:
            return resolved.get("items", True)
        choices = [*resolved.get("anyOf", ()), *resolved.get("oneOf", ())]
        return next(
            (items for each in choices if (items := self._items_of(each)) is not None), None
        )

    def _scalar(self, text: str, schema: Any) -> Any:
        """Return a text as the number or truth value that it looks like, unless a text is meant."""
        resolved = self._schemas.resolve(schema)
        wanted = resolved.get("type", ()) if isinstance(resolved, Mapping) else ()
        text_is_meant = "string" in wanted or not self._schemas.problems(text, schema, "")
        return text if text_is_meant else _read_scalar(text)

    def _of_body(self, operation: Operation, request: PlainRequest) -> Iterator[str]:
        body = self._schemas.resolve(operation.facts.get("requestBody", {}))
        if not request.body:
            if body.get("required"):
                yield "the body is missing"
            return
        content = body.get("content", {})
        if not content:
            yield "the contract has no body"
        elif _JSON in content:
            try:
                value = _parsed(request.body)
            except ValueError:
                yield "the body is no JSON"
                return
            yield from self._schemas.problems(value, content[_JSON].get("schema", {}), "the body")


def _schemas_of(document: Mapping[str, Any]) -> "Schemas":
    try:
        from rota.testing.schemas import Schemas  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError:
        raise UsageError(
            "FakeApi(openapi=…) needs jsonschema, which is not installed: "
            "pip install 'rota[testing]'"
        ) from None
    return Schemas(document)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"openapi: {path}: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"openapi: {path} is no JSON; convert YAML to JSON first") from None
    if not isinstance(found, dict):
        raise UsageError(f"openapi: {path} is no JSON object")
    return found


def _parsed(body: bytes) -> Any:
    return json.loads(body) if body else None


def _read_scalar(text: str) -> Any:
    if text in _TRUTH:
        return _TRUTH[text]
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
