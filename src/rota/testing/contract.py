"""The contract of a Business API: an OpenAPI 3 document, which calls and answers are held to."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from rota.model.errors import UsageError
from rota.net.exchange import PlainAnswer, PlainRequest
from rota.testing.json_schema import Schemas

_JSON = "application/json"
_TEXTS = {"true": True, "false": False}


class Refusal(NamedTuple):
    """What is wrong with a call, and the status that a real API would answer."""

    status: int
    text: str


class Operation(NamedTuple):
    """One operation of the document, as it describes it."""

    name: str
    facts: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]


class Contract:
    """`source` is the document, parsed, or the path of a JSON file. UsageError if it is none."""

    def __init__(self, source: Mapping[str, Any] | str | Path) -> None:
        document = source if isinstance(source, Mapping) else _read(Path(source))
        if not str(document.get("openapi", "")).startswith("3.") or "paths" not in document:
            raise UsageError("openapi: it is not a document of OpenAPI 3, which has 'paths'")
        self._schemas = Schemas(document)
        self._paths = [(_pattern(path), path, facts) for path, facts in document["paths"].items()]
        # A path without parameters comes before one that has them at the same place.
        self._paths.sort(key=lambda each: each[1].count("{"))

    def operation_of(self, request: PlainRequest) -> Operation | Refusal:
        """Return the operation of a call, or why it is outside of the contract."""
        operation = self._find(request)
        if isinstance(operation, Refusal):
            return operation
        found = [*self._of_query(operation, request), *self._of_body(operation, request)]
        return Refusal(422, f"{operation.name}: {'; '.join(found)}") if found else operation

    def _find(self, request: PlainRequest) -> Operation | Refusal:
        path = request.target.partition("?")[0]
        for pattern, template, item in self._paths:
            if not pattern.fullmatch(path):
                continue
            facts = self._schemas.resolve(item)
            method = request.method.lower()
            if method not in facts:
                return Refusal(405, f"the contract has no {request.method} {template}")
            operation = facts[method]
            shared = [*facts.get("parameters", ()), *operation.get("parameters", ())]
            parameters = tuple(self._schemas.resolve(each) for each in shared)
            return Operation(f"{request.method} {template}", operation, parameters)
        return Refusal(404, f"the contract has no path {path}")

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
        found = [*self._schemas.problems(_parsed(answer.body), schema, "the answer")]
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
        given = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
        known = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
        for name in sorted(given.keys() - known.keys()):
            yield f"the query has {name!r}, which is not in the contract"
        for name, parameter in known.items():
            if name in given:
                schema = self._schemas.resolve(parameter.get("schema", {}))
                value = _typed(given[name], schema)
                yield from self._schemas.problems(value, schema, f"{name!r} of the query")
            elif parameter.get("required"):
                yield f"the query has no {name!r}"

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


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(template)))


def _parsed(body: bytes) -> Any:
    return json.loads(body) if body else None


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """Return a text of the query as a value of the schema's type, if it is of that form."""
    wanted = schema.get("type")
    if wanted == "boolean":
        return _TEXTS.get(text, text)
    if wanted not in ("integer", "number"):
        return text if wanted != "array" else text.split(",")
    try:
        return int(text) if wanted == "integer" else float(text)
    except ValueError:
        return text
